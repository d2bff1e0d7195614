"""Pure. The rules of protobuf contracts: what breaks the wire format or JSON, and what breaks only generated code."""

from collections.abc import Mapping
from types import MappingProxyType

from syncd.contracts.change import Level

Rules = Mapping[str, tuple[Level, str]]
"""The level and the meaning of a rule, by its id."""

RULES: Rules = MappingProxyType(
    {
        "proto-default-changed": ("breaking", "The default of a field is another one: what is not sent reads differently."),
        "proto-json-format-changed": ("breaking", "Whether messages can be written as JSON is no longer checked (proto3 became proto2)."),
        "proto-enum-openness-changed": ("risky", "An enum became open or closed: values that are not known are kept in another way."),
        "proto-enum-removed": ("breaking", "An enum is gone."),
        "proto-enum-reserved-removed": ("breaking", "Numbers or names of an enum are no longer reserved, and may be used anew."),
        "proto-enum-value-added": ("compatible", "An enum has a value more."),
        "proto-enum-value-number-changed": ("breaking", "A value of an enum has another number."),
        "proto-enum-value-removed": ("breaking", "A value of an enum is gone, its number or name not reserved."),
        "proto-enum-value-renamed": ("breaking", "A value of an enum is called something else: JSON carries the name."),
        "proto-enum-value-retired": ("risky", "A value of an enum is gone, its number and name are reserved."),
        "proto-enum-zero-changed": ("risky", "Another value of an enum comes first, which is its default."),
        "proto-extension-numbers-removed": ("risky", "Fewer numbers are left to extensions of a message."),
        "proto-extension-removed": ("risky", "An extension is gone."),
        "proto-field-added": ("compatible", "A message has a field more."),
        "proto-field-json-name-changed": ("breaking", "JSON calls a field something else."),
        "proto-field-label-changed": ("breaking", "A field became single, repeated, required or a map."),
        "proto-field-number-changed": ("breaking", "A field has another number."),
        "proto-field-number-reused": ("breaking", "The number of a field now means another field."),
        "proto-field-oneof-changed": ("breaking", "A field moved into, out of or between alternatives (`oneof`)."),
        "proto-field-option-changed": ("risky", "An option of a field that shapes generated code is another one."),
        "proto-field-presence-changed": ("risky", "Whether a field tells unset from its default is another."),
        "proto-field-removed": ("breaking", "A field is gone, its number or name not reserved."),
        "proto-field-renamed": ("breaking", "A field is called something else: JSON and generated code carry the name."),
        "proto-field-required-added": ("breaking", "A message has a required field more: what is written without it is not read."),
        "proto-field-retired": ("risky", "A field is gone, its number and name are reserved."),
        "proto-field-type-alike": ("risky", "A field has another type that reads the same bytes and JSON: some values may differ."),
        "proto-field-type-changed": ("breaking", "A field has another type."),
        "proto-field-type-wire-alike": ("breaking", "A field has another type that reads the same bytes, but other JSON."),
        "proto-file-option-changed": ("risky", "An option of a file that shapes generated code is another one."),
        "proto-message-added": ("compatible", "A message, enum or service is new."),
        "proto-message-moved": ("risky", "A message, enum or service is defined in another file."),
        "proto-message-option-changed": ("risky", "An option of a message that shapes generated code is another one."),
        "proto-message-removed": ("breaking", "A message is gone."),
        "proto-package-changed": ("breaking", "A file belongs to another package: every name in it is another."),
        "proto-reserved-removed": ("breaking", "Numbers or names of a message are no longer reserved, and may be used anew."),
        "proto-rpc-added": ("compatible", "A service has a method more."),
        "proto-rpc-idempotency-changed": ("breaking", "Whether a method may be called twice is promised otherwise."),
        "proto-rpc-removed": ("breaking", "A method of a service is gone."),
        "proto-rpc-request-changed": ("breaking", "A method takes another message."),
        "proto-rpc-response-changed": ("breaking", "A method returns another message."),
        "proto-rpc-streaming-changed": ("breaking", "A method streams what it did not, or no longer does."),
        "proto-service-removed": ("breaking", "A service is gone."),
        "proto-syntax-changed": ("risky", "A file is written in another syntax or edition."),
    }
)  # fmt: skip

FILE_OPTIONS = (
    "cc_enable_arenas",
    "cc_generic_services",
    "csharp_namespace",
    "go_package",
    "java_generic_services",
    "java_multiple_files",
    "java_outer_classname",
    "java_package",
    "objc_class_prefix",
    "optimize_for",
    "php_class_prefix",
    "php_metadata_namespace",
    "php_namespace",
    "py_generic_services",
    "ruby_package",
    "swift_prefix",
)

OPTION_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "cc_enable_arenas": "true",
        "cc_generic_services": "false",
        "java_generic_services": "false",
        "java_multiple_files": "false",
        "optimize_for": "SPEED",
        "py_generic_services": "false",
        "ctype": "STRING",
        "jstype": "JS_NORMAL",
        "no_standard_descriptor_accessor": "false",
        "idempotency_level": "IDEMPOTENCY_UNKNOWN",
    }
)
"""What an option that is not written means; "" where it is not here."""
