"""Writes the reference of one hook, in Markdown, from its documentation and the registry."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any

import hook_documentation

from aiperf.common import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.implementations import Implementation
    from aiperf.plugins.slots import FactorySlot

SIGNATURE = "{hook}() -> collections.abc.Iterable[aiperf.LazyEntry]"


def hooks() -> dict[str, FactorySlot]:
    """Return AIPerf's factories by the names of their hooks, in the order of their definition."""
    slots = factories.EndpointFactory.plugin_registry.slots.values()
    return {slot.hook: slot for slot in slots if slot.module == factories.__name__}


def documentation_of(slot: FactorySlot) -> str:
    """Return what the specification of a factory's hook says."""
    manager = factories.EndpointFactory.plugin_registry.manager
    return str(getattr(manager.hook, slot.hook).spec.function.__doc__)


def contract_of(slot: FactorySlot) -> str:
    """Return the name of the test class of :mod:`aiperf.testing` for a factory's parts."""
    return f"{slot.title.removesuffix('Factory')}Contract"


def page(slot: FactorySlot) -> str:
    """Return the reference of a factory's hook."""
    documentation = hook_documentation.read(documentation_of(slot))
    sections = [
        _signature(slot, documentation),
        _provide(documentation),
        _metadata(documentation),
        _example(documentation),
        _builtins(slot),
        _contract(slot),
    ]
    return "\n".join(filter(None, sections))


def _signature(slot: FactorySlot, documentation: hook_documentation.HookDocumentation) -> str:
    return f"""\
````{{py:function}} {SIGNATURE.format(hook=slot.hook)}

{documentation.summary}

:returns: {documentation.returns}
````

The implementations are those of {{py:class}}`aiperf.common.factories.{slot.title}`.
"""


def _provide(documentation: hook_documentation.HookDocumentation) -> str:
    tables = "\n".join(_protocol(name) for name in documentation.protocols)
    return f"""\
## What an implementation provides

{documentation.requirement}

```{{py:currentmodule}} aiperf.common.protocols
```

{tables}
A class fits by its shape: it needs no base class, and no decorator.
"""


def _protocol(name: str) -> str:
    module, _, class_name = name.rpartition(".")
    protocol = getattr(importlib.import_module(module), class_name)
    rows = [f"| {member} | {meaning} |" for member, meaning in _members(protocol, name)]
    return "\n".join([f"| `{class_name}` | what it is |", "|---|---|", *rows, ""])


def _members(protocol: type[Any], name: str) -> Iterator[tuple[str, str]]:
    """Give each thing that ``protocol`` asks for, as a link where it has documentation."""
    if getattr(protocol, "__init__").__module__ == protocol.__module__:  # noqa: B009 - mypy sees no __init__
        signature = _without_types(vars(protocol)["__init__"])
        yield f"`{protocol.__name__}{signature}`", f"made with {_arguments(protocol)}"
    for attribute, annotation in protocol.__annotations__.items():
        kind = re.sub(r"^ClassVar\[(.*)\]$", r"\1", annotation).replace("|", "\\|")
        yield f"`{attribute}`", f"`{kind}`, an attribute of the class"
    for attribute, value in vars(protocol).items():
        if attribute.startswith("_") or not (callable(value) or isinstance(value, property)):
            continue
        shown, role = attribute, "attr"
        if callable(value):
            shown, role = f"{attribute}{_without_types(value)}", "meth"
            if inspect.iscoroutinefunction(value):
                shown = f"async {shown}"
        meaning = hook_documentation.read_line(value.__doc__)
        meaning = re.sub(r"(?<=\{py:meth\}`)(?=\w+`)", f"~{name}.", meaning)
        yield f"{{py:{role}}}`{shown} <{name}.{attribute}>`", meaning


def _without_types(function: Any) -> str:
    """Return ``(turns, *, limit=0)``."""
    signature = inspect.signature(function)
    parameters = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    return str(signature.replace(parameters=parameters[1:], return_annotation=signature.empty))


def _arguments(protocol: type[Any]) -> str:
    """Return the types of the arguments that a class is made with."""
    parameters = list(inspect.signature(vars(protocol)["__init__"]).parameters.values())[1:]
    types = [str(each.annotation) for each in parameters]
    return ", ".join(
        f"{{py:class}}`{each}`" if each.isidentifier() else f"`{each}`".replace("|", "\\|")
        for each in types
    )


def _metadata(documentation: hook_documentation.HookDocumentation) -> str:
    rows = [f"| `{each.key}` | {each.kind} | {each.text} |" for each in documentation.metadata]
    rows.append("| `extra` | str | the optional extra of the distribution that the class needs |")
    table = "\n".join(["| key | type | what it says |", "|---|---|---|", *rows])
    return f"""\
## Metadata

What `metadata=` of its {{py:class}}`aiperf.LazyEntry` may say. It is read without importing the
class.

{table}
"""


def _example(documentation: hook_documentation.HookDocumentation) -> str:
    return f"""\
## Example

A whole plugin, in one module. Save it as `acme.py`:

```python
{documentation.example}
```

`__name__` is the module itself. A class whose module imports something heavy goes into a module of
its own, which is then imported when the class is first used.

```bash
PYTHONPATH=. AIPERF_PLUGIN_MODULES=acme aiperf plugins list
```
"""


def _builtins(slot: FactorySlot) -> str:
    listed = getattr(factories, slot.title).list_implementations()
    rows = [_builtin(each) for each in listed if each.is_builtin]
    return "\n".join(
        [
            "## Builtin implementations",
            "",
            "| class type, and identifier | what it is |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _builtin(each: Implementation) -> str:
    facts = [f"`{key}`: {_plain(value)}" for key, value in each.metadata.items()]
    place = f"`{each.module_path}:{each.class_name}`"
    about = "<br>".join(filter(None, [each.description, "; ".join(facts), place]))
    return f"| **`{each.class_type}`**<br>`{each.identifier}` | {about} |"


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _contract(slot: FactorySlot) -> str:
    return f"""\
## Test it

Subclass {{py:class}}`aiperf.testing.{contract_of(slot)}` in a test module of your own, and set
`implementation` to your class. It checks what AIPerf relies on. The builtins pass it, and so does
the example above.
"""
