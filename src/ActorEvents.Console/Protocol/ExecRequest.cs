using System.Buffers;
using System.Text.Json;

namespace ActorEvents.Aectl.Protocol;

/// <summary>The body of POST /v1/exec.</summary>
internal sealed record ExecRequest
{
    /// <summary>Bytes; the node refuses what is longer.</summary>
    public const int MaxBody = 64 * 1024;

    public required string Palette { get; init; }

    public required string Command { get; init; }

    /// <summary>By parameter: its texts; none for a flag.</summary>
    public required IReadOnlyDictionary<Parameter, IReadOnlyList<string>> Arguments { get; init; }

    public string? Node { get; init; }

    public int? Limit { get; init; }

    public string? Page { get; init; }

    public string? Timeout { get; init; }

    public bool DryRun { get; init; }

    public bool Confirmed { get; init; }

    public string? Typed { get; init; }

    public string? Reason { get; init; }

    /// <summary>JSON, with a request id of its own each time.</summary>
    /// <exception cref="ConsoleFailure">It is longer than a node takes.</exception>
    public ReadOnlyMemory<byte> ToBody()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("palette", Palette);
            json.WriteString("command", Command);
            WriteArguments(json);
            json.WriteString("node", Node);
            if (Limit is { } limit)
            {
                json.WriteNumber("limit", limit);
            }

            json.WriteString("page", Page);
            json.WriteString("timeout", Timeout);
            json.WriteBoolean("dryRun", DryRun);
            json.WriteBoolean("confirmed", Confirmed);
            json.WriteString("typed", Typed);
            json.WriteString("reason", Reason);
            json.WriteString("requestId", Guid.NewGuid());
            json.WriteEndObject();
        }

        return buffer.WrittenCount <= MaxBody
            ? buffer.WrittenMemory
            : throw ConsoleFailure.Usage($"The arguments are {buffer.WrittenCount:N0} bytes long as JSON; a node takes {MaxBody:N0}.", "Give fewer or shorter ones.");
    }

    private void WriteArguments(Utf8JsonWriter json)
    {
        json.WriteStartObject("args");
        foreach (var (parameter, values) in Arguments)
        {
            json.WritePropertyName(parameter.Name);
            if (parameter.Kind == "flag")
            {
                json.WriteBooleanValue(true);
            }
            else if (!parameter.Multiple)
            {
                json.WriteStringValue(values[0]);
            }
            else
            {
                json.WriteStartArray();
                foreach (var value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }
        }

        json.WriteEndObject();
    }
}
