"""Completion for bash of values with ``=``, ``:`` and ``@`` in them, at which bash breaks words.

click's own script takes bash's words. Here the line is split as the shell would split it into
arguments, and what bash keeps of the last one is cut from the answers.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from click.shell_completion import BashComplete, add_completion_class, split_arg_string

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' response completion type value
    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1")
    COMPREPLY=()
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class BashLineComplete(BashComplete):
    """Completes by the whole line."""

    source_template: ClassVar[str] = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the arguments before the one that is typed, and that one."""
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Return an answer without what bash takes for words before it."""
        _, incomplete = self.get_completion_args()
        breaks = set(os.environ.get("COMP_WORDBREAKS", "")) & set("=:@")
        kept = max((incomplete.rfind(sign) + 1 for sign in breaks), default=0)
        return f"{item.type},{item.value[kept:]}"


def install() -> None:
    """Let click use it for bash."""
    add_completion_class(BashLineComplete)
