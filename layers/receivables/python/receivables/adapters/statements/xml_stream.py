"""XML read piece by piece, with nothing in it that could do harm: no DTD, no entities, bounded depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import (
    Element,
    ParseError,
    XMLPullParser,
)

from receivables.adapters.statements.text import without_declaration
from receivables.core.errors import InvalidInput

MOST_DEPTH: Final = 40
_CHUNK: Final = 64 * 1024
_DTD: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)


class Node:
    """An element whose children are found by their local names, in the namespace of the document."""

    __slots__ = ("element", "namespace")

    def __init__(self, element: Element, namespace: str) -> None:
        self.element, self.namespace = element, namespace

    def find(self, *path: str) -> Node | None:
        """The first element at a path."""
        found = self.element
        for name in path:
            child = found.find(self.namespace + name)
            if child is None:
                return None
            found = child
        return Node(found, self.namespace)

    def all(self, *path: str) -> list[Node]:
        """All elements at a path; the parents of the last are those that come first."""
        *parents, last = path
        nodes = [self]
        for name in parents:
            nodes = [each for node in nodes for each in node.all(name)]
        name = self.namespace + last
        return [Node(child, self.namespace) for node in nodes for child in node.element if child.tag == name]

    def text(self, *path: str) -> str | None:
        """The text of the first element at a path, without blanks around it; None when it is absent or empty."""
        node = self.find(*path)
        return (node.element.text or "").strip() or None if node is not None else None

    def attribute(self, name: str) -> str:
        return self.element.get(name, "")


def split(tag: str) -> tuple[str, str]:
    """Namespace (with its braces) and local name of a tag."""
    namespace, brace, name = tag.rpartition("}")
    return namespace + brace, name


def events(text: str) -> Iterator[tuple[str, Element]]:
    """`start` and `end` of every element, in order. Raises InvalidInput (field `file`) for a DTD, for entities, for what is nested
    too deeply, and for what is not well-formed.

    A declaration of entities is a DTD and begins with `<!`: who wants none needs to look for nothing else, and the text that is looked
    at is the text that is parsed.
    """
    if _DTD.search(text):
        raise InvalidInput("file", "has a document type definition: no bank sends one, and none is read")
    text = without_declaration(text)
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    depth = 0
    try:
        for first in range(0, len(text), _CHUNK):
            parser.feed(text[first : first + _CHUNK])
            for event, element in _elements(parser):
                depth += 1 if event == "start" else -1
                if depth > MOST_DEPTH:
                    raise InvalidInput("file", f"is nested more than {MOST_DEPTH} elements deep")
                yield event, element
        parser.close()
        yield from _elements(parser)
    except ParseError as error:
        line, column = error.position
        raise InvalidInput("file", f"is not well-formed XML: line {line}, column {column}") from None


def _elements(parser: XMLPullParser[Element]) -> Iterator[tuple[str, Element]]:
    """What has been read meanwhile; of the events asked for, each is of an element."""
    events: Iterator[Any] = iter(parser.read_events())
    return events
