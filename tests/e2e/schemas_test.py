"""The snapshots of the hypermedia API fit docs/schemas, and the schemas are closed: a document with more in it is refused."""
import copy
import json
import pathlib
import sys

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = {path.name: json.loads(path.read_text()) for path in (ROOT / "docs/schemas").glob("*.schema.json")}
SNAPSHOTS = sorted((ROOT / "tests/server/snapshots/hypermedia").glob("*.json"))


def validator(name):
    resolver = jsonschema.RefResolver(name, SCHEMAS[name], store=dict(SCHEMAS))
    return jsonschema.Draft202012Validator(SCHEMAS[name], resolver=resolver)


STEP, PROBLEM = validator("vnd.auth+json.schema.json"), validator("problem.schema.json")


def validator_of(path):
    return PROBLEM if path.name.startswith("problem_") else STEP


def objects(value, path=()):
    """Every object of a document with its path, except those whose members are somebody else's standard."""
    if isinstance(value, dict):
        yield path
        for name, member in value.items():
            if name != "publicKey":
                yield from objects(member, path + (name,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, path + (index,))


def at(document, path):
    for part in path:
        document = document[part]
    return document


def check_valid(path, document):
    errors = sorted(validator_of(path).iter_errors(document), key=lambda error: -len(error.absolute_path))
    return [f"{path.name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors[:3]]


def check_closed(path, document):
    """A member that the schema does not have makes the document invalid, wherever it stands."""
    problems = []
    for where in objects(document):
        changed = copy.deepcopy(document)
        at(changed, where)["unknownMember"] = 1
        if validator_of(path).is_valid(changed):
            problems.append(f"{path.name}: an unknown member at /{'/'.join(map(str, where))} is accepted")
    return problems


def main():
    problems = []
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path in SNAPSHOTS:
        document = json.loads(path.read_text())
        problems += check_valid(path, document) + check_closed(path, document)
    if not SNAPSHOTS:
        problems.append("there are no snapshots")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"{len(SNAPSHOTS)} documents, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
