"""A forked child can use the registry, whatever other threads did with it at that moment."""

from __future__ import annotations

import gc

from aiperf.plugins import forks

FORKS = """
import os, signal, threading
from aiperf.common.factories import EndpointFactory, PluginDiscovery

registry = EndpointFactory.plugin_registry
PluginDiscovery.discover_all()
stop = threading.Event()
holds = threading.Event()

def hold():
    while not stop.is_set():
        with registry.manager.lock:
            holds.set()
            sum(range(1000))

thread = threading.Thread(target=hold)
thread.start()
holds.wait()
statuses = set()
for _ in range(40):
    child = os.fork()
    if not child:
        signal.alarm(20)
        EndpointFactory.register_lazy("chat", "acme", "Acme", is_plugin=True)
        os._exit(EndpointFactory.list_implementations("chat")[0].identifier != "Acme")
    statuses.add(os.waitpid(child, 0)[1])
stop.set()
thread.join()
with registry.manager.lock:
    print(statuses)
"""


def test_a_lock_that_another_thread_holds_is_free_in_a_child(fresh_python):
    """The child would wait without end for a thread that it does not have."""
    assert fresh_python(FORKS) == "{0}\n"


def test_a_lock_is_kept_no_longer_than_it_is_used():
    """A registry that is gone costs a fork nothing."""
    gc.collect()
    before = len(forks._locks)
    lock = forks.fork_safe_lock()
    assert len(forks._locks) == before + 1
    del lock
    gc.collect()
    assert len(forks._locks) == before
