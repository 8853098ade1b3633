"""What validation finds, and the rules that it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RULES: Final = {
    # The distribution
    "unreadable-metadata": "the distribution's or project's metadata cannot be read",
    "entry-point-group": "no entry point is in the group aiperf.plugins",
    "entry-point-name": "an entry point has a name that AIPerf keeps for itself, or has it twice",
    "requires-aiperf": "the distribution does not require aiperf",
    "no-description": "the distribution has no one-line description",
    "unknown-extra": "an entry names an extra that the distribution does not have",
    # The registry module
    "missing-module": "a module that is named does not exist",
    "missing-object": "the entry point names an object that its module does not have",
    "syntax-error": "a module is not valid Python",
    "nothing-registered": "the module registers nothing",
    "heavy-import": "importing the registry module imports a heavy library",
    "eager-import": "importing the registry module imports what an entry names",
    # Hooks
    "unknown-hook": "there is no hook of that name",
    "unmarked-hook": "a function that is named like a hook lacks @hookimpl",
    "wrong-marker": "a hook is marked for another project than AIPerf",
    "duplicate-hook": "a later function of the same name replaces a hook",
    "hook-parameters": "a hook asks for arguments",
    "hook-async": "a hook is asynchronous",
    "hook-wrapper": "a hook wrapper is not one",
    "hook-result": "a hook does not return a list of lazy entries",
    # Entries
    "entry-arguments": "an entry has an argument too many, too few or of the wrong type",
    "entry-name": "a name in an entry has a reserved character or is no dotted name",
    "other-factory": "a hook returns an entry of another factory",
    "duplicate-identifier": "one identifier is given to two classes",
    "metadata-key": "a metadata key looks like a misspelling of one that is read",
    "metadata-type": "a metadata value has the wrong type",
    "metadata-mismatch": "the metadata and the class say different things",
    # Classes
    "missing-class": "the module has no class of that name",
    "not-a-class": "what the entry names cannot be called",
    "missing-method": "the class lacks a method of its protocol",
    "missing-attribute": "the class lacks an attribute of its protocol",
    "abstract-method": "the class leaves a method abstract, so it cannot be created",
    "method-parameters": "a method cannot be called as the protocol calls it",
    "method-async": "a method is asynchronous where the protocol's is not, or the reverse",
    "member-kind": "a method stands where the protocol has a property or attribute, or the reverse",
    "attribute-value": "a class attribute has a value that the protocol does not allow",
    # With --import
    "import-failed": "importing the plugin or registering it raised an error",
    "import-hangs": "importing the plugin did not end in time",
    "import-crashed": "importing the plugin ended the process",
    "import-prints": "importing the plugin printed something",
    "import-threads": "importing the plugin left threads or processes running",
    "import-side-effect": "importing the plugin changed something of the process",
    "load-failed": "an implementation could not be loaded",
}
"""Each rule's code and what breaking it means. A code, once released, keeps its meaning."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: a key of :data:`RULES`.
        message: what is wrong, one sentence with its full stop.
        advice: what to do, likewise.
        path: the file, empty where there is none.
        line: the line in it, 0 where it is not known.
        subject: the plugin.
    """

    rule: str
    message: str
    advice: str
    path: str = ""
    line: int = 0
    subject: str = ""

    def __str__(self) -> str:
        """Write it as compilers do: ``file:line: rule: message advice``."""
        where = f"{self.path}:{self.line}" if self.path and self.line else self.path
        return f"{where or self.subject}: {self.rule}: {self.message} {self.advice}".rstrip()
