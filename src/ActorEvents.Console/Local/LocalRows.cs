using System.Text.Json;
using ActorEvents.Aectl.Output;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Running;

namespace ActorEvents.Aectl.Local;

/// <summary>Rows of aectl's own commands, in the forms of all others.</summary>
internal static class LocalRows
{
    /// <param name="rows">Values in the order of the columns: text, whole number, truth or null.</param>
    public static int Write(Invocation invocation, Destination to, TimeProvider time, IEnumerable<object?[]> rows)
    {
        ShownColumns.Check(invocation.Command.Columns, invocation.Settings);
        if (invocation.Settings.Schema)
        {
            to.Writer.Write(RowSchema.Of(invocation.Name, invocation.Command));
            to.Writer.Write('\n');
            return ExitCodes.Ok;
        }

        var output = RowOutputs.Create(invocation.Settings, to.Writer, to.Width, streaming: false, time);
        output.Schema(invocation.Command.Columns);
        foreach (var row in rows)
        {
            using var json = JsonDocument.Parse(JsonText.Of(j => WriteRow(j, invocation.Command.Columns, row)));
            output.Row(json.RootElement.Clone());
        }

        output.End(new Frame { Kind = "end" });
        return ExitCodes.Ok;
    }

    private static void WriteRow(Utf8JsonWriter json, IReadOnlyList<Column> columns, object?[] row)
    {
        json.WriteStartObject();
        for (var i = 0; i < columns.Count; i++)
        {
            json.WritePropertyName(columns[i].Name);
            switch (row[i])
            {
                case null:
                    json.WriteNullValue();
                    break;
                case bool truth:
                    json.WriteBooleanValue(truth);
                    break;
                case int whole:
                    json.WriteNumberValue(whole);
                    break;
                default:
                    json.WriteStringValue((string)row[i]!);
                    break;
            }
        }

        json.WriteEndObject();
    }
}
