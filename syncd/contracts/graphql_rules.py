"""Pure. The rules of GraphQL contracts: what breaks queries that were valid, and what may surprise those who send them."""

from collections.abc import Mapping
from types import MappingProxyType

from syncd.contracts.change import Level

RULES: Mapping[str, tuple[Level, str]] = MappingProxyType(
    {
        "graphql-argument-added": ("risky", "A field has an optional argument more."),
        "graphql-argument-default-added": ("compatible", "An argument has a default that it had not."),
        "graphql-argument-default-changed": ("risky", "The default of an argument is another one, or gone."),
        "graphql-argument-deprecated": ("compatible", "An argument is deprecated."),
        "graphql-argument-removed": ("breaking", "An argument is gone."),
        "graphql-argument-required": ("breaking", "An argument has to be given: it is new, or has lost its default."),
        "graphql-argument-type-changed": ("breaking", "An argument takes less than before, or something else."),
        "graphql-argument-type-widened": ("compatible", "An argument takes more than before."),
        "graphql-directive-added": ("compatible", "A directive is new, or may be used in more ways."),
        "graphql-directive-argument-added": ("compatible", "A directive has an optional argument more."),
        "graphql-directive-argument-default-changed": ("risky", "The default of a directive's argument is another one, or gone."),
        "graphql-directive-argument-removed": ("breaking", "An argument of a directive is gone."),
        "graphql-directive-argument-required": ("breaking", "An argument of a directive has to be given."),
        "graphql-directive-argument-type-changed": ("breaking", "An argument of a directive takes less, or something else."),
        "graphql-directive-location-removed": ("breaking", "A directive may no longer stand where it could."),
        "graphql-directive-not-repeatable": ("breaking", "A directive may no longer be repeated."),
        "graphql-directive-removed": ("breaking", "A directive is gone."),
        "graphql-enum-value-added": ("risky", "An enum has a value more, which not everybody may expect."),
        "graphql-enum-value-deprecated": ("compatible", "A value of an enum is deprecated."),
        "graphql-enum-value-removed": ("breaking", "A value of an enum is gone."),
        "graphql-field-added": ("compatible", "A type has a field more."),
        "graphql-field-deprecated": ("compatible", "A field is deprecated."),
        "graphql-field-removed": ("breaking", "A field is gone."),
        "graphql-field-type-changed": ("breaking", "A field returns something else, or null where it did not."),
        "graphql-field-type-narrowed": ("compatible", "A field no longer returns null where it did."),
        "graphql-input-field-added": ("risky", "An input has an optional field more."),
        "graphql-input-field-default-added": ("compatible", "A field of an input has a default that it had not."),
        "graphql-input-field-default-changed": ("risky", "The default of an input's field is another one, or gone."),
        "graphql-input-field-deprecated": ("compatible", "A field of an input is deprecated."),
        "graphql-input-field-removed": ("breaking", "A field of an input is gone."),
        "graphql-input-field-required": ("breaking", "A field of an input has to be given: it is new, or has lost its default."),
        "graphql-input-field-type-changed": ("breaking", "A field of an input takes less than before, or something else."),
        "graphql-input-field-type-widened": ("compatible", "A field of an input takes more than before."),
        "graphql-interface-added": ("risky", "A type implements an interface more, which may match where it did not."),
        "graphql-interface-removed": ("breaking", "A type no longer implements an interface."),
        "graphql-one-of-added": ("breaking", "An input takes exactly one of its fields, where it took several."),
        "graphql-one-of-removed": ("compatible", "An input no longer takes only one of its fields."),
        "graphql-root-changed": ("breaking", "An operation begins at another type."),
        "graphql-scalar-specification-changed": ("risky", "A scalar is specified by another document."),
        "graphql-type-added": ("compatible", "A type is new."),
        "graphql-type-kind-changed": ("breaking", "A type is of another kind."),
        "graphql-type-removed": ("breaking", "A type is gone."),
        "graphql-union-member-added": ("risky", "A union has a member more, which not everybody may expect."),
        "graphql-union-member-removed": ("breaking", "A type is no member of a union any more."),
    }
)
