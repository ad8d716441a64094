"""A second opinion on canonical forms: libxml2.

`c14n.py DIR`: beside each N.xml lies N.case, three lines: the identifier of the canonicalization,
its prefix list, and the id of an element (an attribute `Id`), empty for the whole document. Prints
a line for each: N, OK and the canonical form in base64, or N and FAILED.
"""

import base64
import ctypes
import pathlib
import sys

XML = ctypes.CDLL("libxml2.so.2")
for name in ["xmlReadMemory", "xmlXPathNewContext", "xmlXPathEvalExpression"]:
    getattr(XML, name).restype = ctypes.c_void_p
HUGE_AND_QUIET = 1 << 19 | 1 << 5 | 1 << 6 | 1 << 11
MODES = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": 0,
    "http://www.w3.org/2001/10/xml-exc-c14n": 1,
    "http://www.w3.org/2006/12/xml-c14n11": 2,
}
SUBSET = (
    "//*[@Id='{0}']/descendant-or-self::node() | //*[@Id='{0}']/descendant-or-self::*/@*"
    " | //*[@Id='{0}']/descendant-or-self::*/namespace::*"
)


class XPathObject(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("nodes", ctypes.c_void_p)]


def canonical(document, uri, prefixes, identifier):
    base, comments = uri.removesuffix("WithComments"), uri.endswith("WithComments")
    mode = MODES[base.removesuffix("#")]
    parsed = ctypes.c_void_p(XML.xmlReadMemory(document, len(document), None, None, HUGE_AND_QUIET))
    if not parsed:
        raise ValueError("not well-formed")
    nodes = None
    if identifier:
        context = ctypes.c_void_p(XML.xmlXPathNewContext(parsed))
        found = XML.xmlXPathEvalExpression(SUBSET.format(identifier).encode(), context)
        nodes = ctypes.c_void_p(ctypes.cast(found, ctypes.POINTER(XPathObject)).contents.nodes)
    listed = [prefix.encode() for prefix in prefixes.split()]
    array = (ctypes.c_char_p * (len(listed) + 1))(*listed, None)
    out = ctypes.c_void_p()
    size = XML.xmlC14NDocDumpMemory(
        parsed, nodes, mode, array if listed else None, int(comments), ctypes.byref(out)
    )
    if size < 0:
        raise ValueError("no canonical form")
    text = ctypes.string_at(out, size)
    XML.xmlFreeDoc(parsed)
    return text


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
    uri, prefixes, identifier = path.with_suffix(".case").read_text().split("\n")[:3]
    try:
        form = canonical(path.read_bytes(), uri, prefixes, identifier)
        print(path.stem, "OK", base64.b64encode(form).decode())
    except ValueError as error:
        print(path.stem, "FAILED", error)
