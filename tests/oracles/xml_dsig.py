"""A third opinion on XML signatures: PyPI's xmlsec, in one process for a whole folder.

Beside KEY.crt and KEY.pem lie documents named KEY.ALGORITHM.NUMBER.xml.

verify DIR: a line for each document: its name and OK, or its name, FAILED and why.
sign FROM TO: fills in each document, which has a signature without values, and writes it into TO.
"""

import pathlib
import sys

import xmlsec
from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def context(path, kind):
    key = path.parent / f"{path.name.split('.')[0]}.{kind}"
    form = xmlsec.KeyFormat.CERT_PEM if kind == "crt" else xmlsec.KeyFormat.PEM
    signature = xmlsec.SignatureContext()
    signature.key = xmlsec.Key.from_file(str(key), form)
    return signature


def work(verb, path, to):
    tree = etree.parse(str(path), PARSER)
    xmlsec.tree.add_ids(tree.getroot(), ["Id", "ID", "id"])
    nodes = list(tree.getroot().iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    if len(nodes) != 1:
        raise ValueError(f"{len(nodes)} signatures")
    if verb == "verify":
        context(path, "crt").verify(nodes[0])
    else:
        context(path, "pem").sign(nodes[0])
        encoding = tree.docinfo.encoding or "UTF-8"
        tree.write(str(to / path.name), encoding=encoding, xml_declaration=True)


def main():
    verb, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    to = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else folder
    for path in sorted(folder.glob("*.xml")):
        try:
            work(verb, path, to)
            print(path.name, "OK", "-")
        except Exception as error:  # whatever it is, it is the verdict
            print(path.name, "FAILED", " ".join(str(error).split()))


main()
