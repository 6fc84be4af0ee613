"""What functions, methods and casts return, in JSON's words."""

from __future__ import annotations

from campaign_health.check.code.syntax.languages import (
    COMPONENT,
    CSHARP,
    DART,
    JAVA,
    JAVASCRIPT,
    KOTLIN,
    OBJECTIVE_C,
    PYTHON,
    RUBY,
    RUST,
    SCALA,
    SWIFT,
    TSX,
    TYPESCRIPT,
    Language,
)
from campaign_health.manifest.schema import PropertyType

SCRIPTS = frozenset({JAVASCRIPT, TYPESCRIPT, TSX, COMPONENT})
_STRING: PropertyType = "string"
_INTEGER: PropertyType = "integer"
_NUMERIC: PropertyType = "number"
_BOOLEAN: PropertyType = "boolean"
_ARRAY: PropertyType = "array"
_OBJECT: PropertyType = "object"
_NULL: PropertyType = "null"
# What a function makes of whatever it is given.
FUNCTIONS: dict[str, PropertyType] = {
    **dict.fromkeys(("String", "str", "string", "repr", "JSON.stringify", "json.dumps", "fmt.Sprintf", "fmt.Sprint",
                     "strconv.Itoa", "strconv.FormatInt", "strings.Join", "strings.ToLower", "strings.ToUpper",
                     "String.format", "String.valueOf", "String.join", "Integer.toString", "Long.toString",
                     "Objects.toString", "encodeURIComponent", "SecureRandom.uuid", "format", "sprintf", "implode",
                     "strtolower", "strtoupper", "json_encode", "strval", "Integer.to_string", "Enum.join",
                     "String.upcase", "String.downcase", "string.Join", "string.Format", "jsonEncode",
                     "NSString.stringWithFormat"), _STRING),
    **dict.fromkeys(("len", "int", "parseInt", "Number.parseInt", "Int", "Int64", "int64", "int32", "Date.now",
                     "Math.round", "Math.floor", "Math.ceil", "Integer.parseInt", "Integer.valueOf", "Long.parseLong",
                     "Long.valueOf", "strlen", "intval", "length", "String.length", "String.to_integer",
                     "int.Parse", "int.parse", "Convert.ToInt32", "round"), _INTEGER),
    **dict.fromkeys(("Number", "parseFloat", "Number.parseFloat", "float", "float64", "Float", "Double",
                     "Double.parseDouble", "Double.valueOf", "Math.abs"), _NUMERIC),
    **dict.fromkeys(("Boolean", "bool", "Bool", "isinstance", "any", "all", "Array.isArray", "Boolean.parseBoolean",
                     "strings.Contains", "strings.HasPrefix", "Number.isInteger", "in_array", "isset", "empty",
                     "boolval", "is_null",
                     "is_nil", "bool.Parse", "Enum.member?"), _BOOLEAN),
    **dict.fromkeys(("list", "sorted", "Array.from", "Array.of", "Object.keys", "Object.values", "Object.entries",
                     "listOf", "mutableListOf", "arrayOf", "List.of", "Arrays.asList", "strings.Split",
                     "explode", "array_values", "array_keys", "Enum.map", "List",
                     "Seq", "vec"), _ARRAY),
    **dict.fromkeys(("dict", "mapOf", "mutableMapOf", "hashMapOf", "Map.of", "Object.assign", "Object.fromEntries"),
                    _OBJECT),
}  # fmt: skip
# What a method returns, whatever it is called on. Those of one language only, where another's means something else.
METHODS: dict[str, PropertyType] = {
    **dict.fromkeys(("toString", "toFixed", "toISOString", "toUpperCase", "toLowerCase", "to_s", "to_str", "iso8601",
                     "isoformat", "strftime", "upper", "lower", "upcase", "downcase", "uppercased", "lowercased",
                     "uppercase", "lowercase", "trim", "strip", "hexdigest", "joinToString", "joined", "toLocaleString",
                     "toDateString", "padStart", "capitalize", "titleize", "description", "ToString",
                     "ToUpper", "ToLower", "ToUpperInvariant", "ToLowerInvariant", "toIso8601String", "to_string",
                     "to_owned", "to_uppercase", "to_lowercase", "mkString", "stringValue",
                     "toDateTimeString"), _STRING),
    **dict.fromkeys(("to_i", "toInt", "toLong", "intValue", "longValue", "getTime", "indexOf", "total_seconds",
                     "count"), _INTEGER),
    **dict.fromkeys(("to_f", "toDouble", "toFloat", "doubleValue", "toDouble"), _NUMERIC),
    **dict.fromkeys(("includes", "startsWith", "endsWith", "startswith", "endswith", "isEmpty", "isNotEmpty", "equals",
                     "hasPrefix", "hasSuffix", "contains", "hasOwnProperty", "containsKey", "StartsWith",
                     "EndsWith", "Contains", "ContainsKey",
                     "starts_with", "ends_with", "contains_key", "is_some", "is_none", "is_empty", "nonEmpty",
                     "isDefined",
                     "isEqualToString"), _BOOLEAN),
    **dict.fromkeys(("split", "toList", "to_a", "splitlines", "toTypedArray"), _ARRAY),
    **dict.fromkeys(("to_h", "to_hash"), _OBJECT),
}  # fmt: skip
NOT_METHODS = {SWIFT: {"split"}, KOTLIN: {"description"}, JAVA: {"description"}, RUBY: {"description"}}
JOIN_IS_STRING = SCRIPTS | {PYTHON, RUBY, DART, RUST}
SIZES: dict[Language, frozenset[str]] = {
    **dict.fromkeys(SCRIPTS, frozenset({"length"})),
    RUBY: frozenset({"length", "size", "count"}),
    SWIFT: frozenset({"count"}),
    KOTLIN: frozenset({"size", "length", "count"}),
    JAVA: frozenset({"length", "size"}),
    CSHARP: frozenset({"Length", "Count"}),
    DART: frozenset({"length"}),
    RUST: frozenset({"len", "count"}),
    SCALA: frozenset({"size", "length"}),
    OBJECTIVE_C: frozenset({"count", "length"}),
}
ASKS_ONLY = frozenset({"description", "count", "isEmpty"})  # plain fields of the same name mean anything elsewhere


CASTS: dict[str, PropertyType] = {
    **dict.fromkeys(("int", "integer"), _INTEGER),
    **dict.fromkeys(("float", "double"), _NUMERIC),
    **dict.fromkeys(("bool", "boolean"), _BOOLEAN),
    "string": _STRING,
    "array": _ARRAY,
}
