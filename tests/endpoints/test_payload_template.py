"""Templates of request bodies: where they come from, what they may use and how they may fail."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import Turn
from aiperf.endpoints.payload_template import PayloadTemplate

TURN = Turn(("a", "b"), max_tokens=4, images=("i",), audios=("u",))
BROKEN_TEXTS = ('"', "\\", "\n", "<b>&'", "{{ text }}", "\N{SNOWMAN}\x00")


def render(template, *turns, streaming=False):
    return PayloadTemplate(template).render(turns or [TURN], "m", streaming=streaming)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("text", "a"),
        ("texts", ["a", "b"]),
        ("image", "i"),
        ("audio", "u"),
        ("audios", ["u"]),
        ("query", None),
        ("queries", []),
        ("passages", []),
        ("video", None),
        ("videos", []),
        ("texts_by_name", {"text": ["a", "b"]}),
        ("images_by_name.image", ["i"]),
        ("audios_by_name", {"audio": ["u"]}),
        ("videos_by_name", {}),
        ("role", "user"),
        ("model", "m"),
        ("max_tokens", 4),
        ("stream", False),
        ("system", None),
        ("turns[0].query", "before"),
        ("turn.texts|length", 2),
    ],
)
def test_what_a_template_may_use(expression, value):
    """The last turn, by its parts and as a whole, and those before it."""
    template = f'{{"it": {{{{ ({expression})|tojson }}}}}}'
    assert render(template, Turn((), query="before"), TURN) == {"it": value}


def test_a_ranking_has_a_query_and_passages():
    turn = Turn(("p1", "p2"), query="q")
    template = '{"q": {{ query|tojson }}, "p": {{ passages|tojson }}, "f": {{ passage|tojson }}}'
    assert render(template, turn) == {"q": "q", "p": ["p1", "p2"], "f": "p1"}
    named = render("{{ texts_by_name|tojson }}", turn)
    assert named == {"query": ["q"], "passages": ["p1", "p2"]}


def test_the_templates_of_nvidias_tutorial():
    """They render what they say, also without a limit of tokens."""
    template = """
    {
      "model": {{ model|tojson }},
      "prompt": {{ text|tojson }},
      "max_new_tokens": {{ max_tokens|tojson }},
      "stream": {{ stream|lower }}
    }"""
    assert render(template, Turn(("a",)), streaming=True) == {
        "model": "m",
        "prompt": "a",
        "max_new_tokens": None,
        "stream": True,
    }


@pytest.mark.parametrize("text", BROKEN_TEXTS)
def test_any_text_arrives_as_it_is(text):
    """No HTML is made of it, and it is no template of its own."""
    assert render('{"t": {{ text|tojson }}}', Turn((text,))) == {"t": text}


def test_where_a_template_comes_from(tmp_path):
    """It is given as it stands, as a JSON object, by its name or in a file."""
    assert render({"t": "{{ text }}"}) == {"t": "a"}
    assert render("nv-embedqa") == {"text": ["a", "b"]}
    file = tmp_path / "body.j2"
    file.write_text('{"n": {% if max_tokens %}{{ max_tokens }}{% else %}1{% endif %}}')
    assert render(str(file)) == {"n": 4}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('{"t": {{ text }', "line 1: unexpected '}'"),
        ('{\n"t": {{ txt }}}', "line 2: UndefinedError: 'txt' is undefined"),
        ('{"t": {{ [txt]|tojson }}}', "line 1: UndefinedError: 'txt' is undefined"),
        ('{"t": {{ turn|tojson }}}', "line 1: TypeError: Turn is not JSON"),
        ('{\n\n"t": {{ max_tokens / 0 }}}', "line 3: ZeroDivisionError"),
        ('{"t": {{ turn.__class__.__mro__ }}}', "line 1: SecurityError"),
        ('{"t": "{{ text }}",}', "not JSON: .* line 1, column .*Write {{ text|tojson }}"),
        ('{"t": {{ text }}}', "not JSON: .* near .*{.t.: a}"),
        ("[{{ text|tojson }}]", r"JSON, but no object: \[.a.\]"),
        ("{# nothing #}", "not JSON"),
        ("no/such/file.j2", "cannot read the file no/such/file.j2: No such file"),
        (".", "cannot read the file .: Is a directory"),
    ],
)
def test_what_is_no_template(template, message):
    """The error says where in it, or in what it renders, and what is wrong."""
    with pytest.raises(ConfigError, match=message) as caught:
        render(template)
    assert caught.value.option == "--extra-inputs"
    assert str(caught.value).startswith("--extra-inputs payload_template")
    assert "\n" not in str(caught.value)


def test_an_error_in_a_file_names_it(tmp_path):
    file = tmp_path / "body.j2"
    file.write_text("{{ txt }}")
    with pytest.raises(ConfigError, match=r"payload_template \S+body\.j2: line 1"):
        render(str(file))
