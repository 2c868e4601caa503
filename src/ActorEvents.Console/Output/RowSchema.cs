using System.Text.Json;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Output;

/// <summary>The JSON schema of what a command prints with <c>-o json</c>; its <c>$defs/row</c> is a line of <c>-o jsonl</c>.</summary>
internal static class RowSchema
{
    public static string Of(string name, CommandDefinition command) => JsonText.Of(
        json =>
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", name);
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            json.WriteStartObject("rows");
            json.WriteString("type", "array");
            json.WriteStartObject("items");
            json.WriteString("$ref", "#/$defs/row");
            json.WriteEndObject();
            json.WriteEndObject();
            Property(json, "text", "array", null);
            Property(json, "warnings", "array", null);
            Property(json, "count", "string", "null");
            Property(json, "complete", "boolean", null);
            Property(json, "truncated", "boolean", null);
            Property(json, "page", "string", "null");
            Property(json, "node", "string", "null");
            Property(json, "asOf", "string", "null");
            json.WriteEndObject();
            json.WriteStartArray("required");
            foreach (var member in (string[])["rows", "complete", "truncated"])
            {
                json.WriteStringValue(member);
            }

            json.WriteEndArray();
            WriteRow(json, command);
            json.WriteEndObject();
        },
        indented: true);

    private static void WriteRow(Utf8JsonWriter json, CommandDefinition command)
    {
        json.WriteStartObject("$defs");
        json.WriteStartObject("row");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var column in command.Columns)
        {
            json.WriteStartObject(column.Name);
            json.WriteString("title", column.Heading);
            if (column.Type == "json")
            {
                json.WriteString("description", "any JSON");
            }
            else
            {
                json.WriteStartArray("type");
                json.WriteStringValue(column.Type switch { "integer" or "bytes" => "integer", "number" or "duration" => "number", "boolean" => "boolean", _ => "string" });
                json.WriteStringValue("null");
                json.WriteEndArray();
                if (Form(column.Type) is { } form)
                {
                    json.WriteString("description", form);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? Form(string type) => type switch { "time" => "ISO 8601, UTC", "duration" => "milliseconds", "bytes" => "bytes", _ => null };

    private static void Property(Utf8JsonWriter json, string name, string type, string? orNull)
    {
        json.WriteStartObject(name);
        if (orNull is null)
        {
            json.WriteString("type", type);
        }
        else
        {
            json.WriteStartArray("type");
            json.WriteStringValue(type);
            json.WriteStringValue(orNull);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
