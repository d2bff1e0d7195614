"""Pure. The words of the mapping language, each with the sentence that the documentation and the editors show for it."""

from collections.abc import Mapping

TOP: Mapping[str, str] = {
    "extends": "Name or path of the mapping that this one builds on.",
    "mapping": "Settings of the mapping as a whole.",
    "person": "Where a vendor's person object holds its id, name and e-mail.",
    "streams": "Per stream: how a record, or a link to one, is identified.",
    "fields": "Per stream: fields for every rule whose row is the record itself.",
    "rule": "The rules, tried in order.",
    "table": "Value tables by name.",
    "type": "Fields for records of one type, by the type's name.",
    "project": "The same again for one project, by its name.",
}
PROJECT = {word: text for word, text in TOP.items() if word not in ("extends", "project", "streams", "person")}

SETTINGS: Mapping[str, str] = {
    "title": "What the mapping is, for people.",
    "resolution_outranks_status": "true: `resolved` counts where it contradicts `status`; false: the other way round.",
}
PERSON: Mapping[str, str] = {
    "id": "Paths inside a person object to its immutable id; the first that holds something counts.",
    "name": "Paths to the display name.",
    "email": "Paths to the e-mail address.",
    "login": "Paths to the name that the person signs in with, by which [people] may call them.",
}
STREAM: Mapping[str, str] = {
    "id": "The vendor's immutable id.",
    "key": "The name that people use.",
    "url": "Where a person opens it.",
    "project": "Name of the scope, for `syncd try` (a connector knows it).",
    "project_id": "Id of the scope, for `syncd try`.",
    "facts": "What `syncd try` takes as the facts of the scope.",
    "type": "Path to the name of the record's type, for [type.NAME.fields].",
    "labels": "Paths to the labels, for `label:GLOB`.",
    "skip": "A condition: records of this stream that give no rows and belong to another stream.",
}
RULE: Mapping[str, str] = {
    "name": "By this name a mapping that extends this one changes the rule.",
    "stream": "The records it is for.",
    "to": "The kind of row that it gives.",
    "when": "A condition: the rule holds only where this does.",
    "each": "A list in the record, or matches in a text: one row per element, called `each`.",
    "ref": "Identity of the row where it is not the record itself.",
    "fields": "The fields of the row.",
    "drop": "true: the inherited rule of this name is taken away.",
}
RULE_REF: Mapping[str, str] = {
    "stream": "Stream of the row's identity, a word.",
    "id": "The id; without one there is no row.",
    "key": "The key.",
    "url": "The address.",
}
SOURCES: Mapping[str, str] = {
    "path": "A dotted path into the record; `each.` and `scope.` start elsewhere.",
    "first": "Paths or tables of this form: the first that holds something.",
    "all": "Paths or tables of this form: what all of them hold, for fields that hold several.",
    "value": "The value itself.",
    "cel": "A CEL expression over `record`, `scope` and `each`.",
}
STEPS: Mapping[str, str] = {
    "when": "A condition: without it the value is absent.",
    "as": "The conversion; with `first` it may be a list, one for each.",
    "table": "The value table to look the value up in.",
    "else": "The word where the table does not know the value, or nothing was found.",
    "find": "A regular expression, or several, each searched in what the one before found; the first group counts.",
    "format": "A text with {0} (the value), {1}, {2} (groups of `find`), {project} or any {path}.",
    "absent": "Values that mean: nothing.",
    "lenient": "true: a value of a wrong type is noted and left out; else the record is rejected.",
    "zone": "Path to the IANA zone of an instant that names none.",
    "stream": "For refs: the stream they point into; default the record's.",
    "connection": "For refs: the connection they point into; default the record's.",
    "prefix": "For refs and keys: a text put in front of the id.",
}
VALUE = {**SOURCES, **STEPS}
EACH: Mapping[str, str] = {word: VALUE[word] for word in ("path", "find", "when", "absent")}
HISTORY: Mapping[str, str] = {
    "path": "The list of history entries.",
    "entries": "Inside one: the list of changed fields.",
    "at": "Inside one: when.",
    "by": "Inside one: who, a name.",
    "field": "Inside a changed field: its name; several paths are tried against the table in turn.",
    "names": "Value table from the vendor's field names to ours; others are left out.",
    "old": "Inside a changed field: the value before, as people read it.",
    "new": "Inside a changed field: the value after, as people read it.",
    "old_date": "The same for dates, as the vendor stores it.",
    "new_date": "The same for dates, as the vendor stores it.",
}
PROGRESS: Mapping[str, str] = {"done": "How many are done.", "open": "How many are not.", "total": "How many in all."}
CONDITION: Mapping[str, str] = {
    "path": "What is looked at.",
    "in": "Holds where the value is one of these; texts without regard to case; of a list, where any element is.",
    "not_in": "Holds where it is none of these.",
    "present": "true: holds where there is a value; false: where there is none.",
    "matches": "Holds where this regular expression is found in the text.",
    "min": "Holds where the number is at least this.",
    "max": "Holds where the number is at most this.",
    "any": "Holds where one of these conditions does.",
    "not": "Holds where this condition does not.",
}
