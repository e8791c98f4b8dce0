#!/usr/bin/env python3
"""docs/openapi.yaml has each route of src/server/routes.cc with its methods and what the server answers by itself before an endpoint
runs, no other, and no reference that leads nowhere; docs/openapi-management.yaml has the addresses of the management listener."""
import pathlib
import re
import sys

ROUTE = re.compile(r'^\s*\{"([A-Z ]+)",\s*"(/[^"]*)",\s*\w+,\s*\w+,\s*Caller::(\w+),\s*\w+,\s*(\w+),', re.M)
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
ADDRESS = re.compile(r'"(/[a-z]+(?:/[a-z]+)*/?)"')
# Refusals that every address may give are said once, in the description of the document.
GENERAL = ("404", "405")
# What a caller is refused with, by src/server/app.cc and authn/face.cc, and how it proves itself.
OF_CALLER = {"Client": ("401", "415", "private_key_jwt"), "User": ("401", "hypermedia"), "TokenHolder": ("401",)}


def routes(text):
    """(path, method): (caller, whether a body is taken); "*" stands for any one part, which has a name in the document."""
    return {(path, method.lower()): (caller, limit != "kNoBody" and method == "POST")
            for methods, path, caller, limit in ROUTE.findall(text) for method in methods.split()}


def documented(text):
    """(path, method): the text of the operation."""
    found, path, method = {}, None, None
    for line in text.split("\ncomponents:")[0].splitlines():
        if match := re.match(r"  (/[^:]*):$", line):
            path, method = re.sub(r"\{[^}]*\}", "*", match[1]), None
        elif (match := re.match(r"    (\w+):", line)) and path:
            method = match[1] if match[1] in METHODS else None
        if method:
            found[path, method] = found.get((path, method), "") + line + "\n"
    return found


def missing_words(served, described):
    for (path, method), (caller, takes_body) in sorted(served.items()):
        expected = OF_CALLER.get(caller, ()) + (("413",) if takes_body else ())
        for word in expected:
            if not re.search(rf'"{word}":|\b{word}: \[\]', described.get((path, method), "")):
                yield f"docs/openapi.yaml: {method.upper()} {path} does not say {word}"


def missing_generals(name, text):
    description = text.split("\npaths:")[0]
    return [f"{name}: the description does not say when {status} is answered" for status in GENERAL if status not in description]


def broken_references(name, text):
    for section, part in sorted(set(re.findall(r'"#/components/(\w+)/([\w-]+)"', text))):
        body = re.search(rf"^  {section}:\n((?:    .*\n|\n)*)", text, re.M)
        if not body or not re.search(rf"^    {re.escape(part)}:", body[1], re.M):
            yield f"{name}: #/components/{section}/{part} is not there"


def problems_of_management(root):
    name = "docs/openapi-management.yaml"
    text = (root / name).read_text()
    described = documented(text)
    sources = [(root / f"src/server/{file}").read_text() for file in ("management.cc", "gateway/gateway_check.cc")]
    served = {address for source in sources for address in ADDRESS.findall(source)}
    is_same = lambda address, path: path == address or (address.endswith("/") and path.startswith(address))
    for address in sorted(served):
        if not any(is_same(address, path) for path, _ in described):
            yield f"{address} is served by the management listener, but not in {name}"
    for path, method in sorted(described):
        if not any(is_same(address, path) for address in served):
            yield f"{path} is in {name}, but not served by the management listener"
        if '"200"' not in described[path, method] or not re.search("content:|[$]ref:", described[path, method]):
            yield f"{name}: {method.upper()} {path} does not say what is answered"
    any_method = {method for path, method in described if path == "/gateway/check/*/*"}
    yield from (f"{name}: the contract envoy asks with {method.upper()}, too" for method in METHODS if method not in any_method)
    yield from missing_generals(name, text)
    yield from broken_references(name, text)


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    text, table = (root / "docs/openapi.yaml").read_text(), (root / "src/server/routes.cc").read_text()
    served, described = routes(table), documented(text)
    problems = [f"{method.upper()} {path} is served, but not in docs/openapi.yaml" for path, method in sorted(served.keys() - described.keys())]
    problems += [f"{method.upper()} {path} is in docs/openapi.yaml, but not served" for path, method in sorted(described.keys() - served.keys())]
    problems += missing_words(served, described)
    problems += missing_generals("docs/openapi.yaml", text)
    problems += broken_references("docs/openapi.yaml", text)
    problems += problems_of_management(root)
    if len(served) < len(re.findall(r"Caller::", table)):
        problems.append("a route of src/server/routes.cc was not understood")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"{len(served)} routes, {len(problems)} problems in docs/openapi.yaml and docs/openapi-management.yaml")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
