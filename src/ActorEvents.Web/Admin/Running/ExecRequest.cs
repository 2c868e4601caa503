using System.Text.Json;
using System.Text.Json.Serialization;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;

namespace ActorEvents.Web.Admin.Running;

/// <summary>A call as a client sends it. Unknown members are ignored: a newer client may have them.</summary>
internal sealed record ExecRequest
{
    public string? Palette { get; init; }

    public string? Command { get; init; }

    public JsonElement? Args { get; init; }

    /// <summary><c>all</c>, an address, or null.</summary>
    public string? Node { get; init; }

    public int? Limit { get; init; }

    public string? Page { get; init; }

    /// <summary>A time with its unit.</summary>
    public string? Timeout { get; init; }

    public bool DryRun { get; init; }

    public bool Confirmed { get; init; }

    public string? Typed { get; init; }

    public string? Reason { get; init; }

    public string? RequestId { get; init; }

    [JsonIgnore]
    public bool IsForAll => Node is null or "all";

    /// <exception cref="CommandException">It is no JSON of that shape.</exception>
    public static ExecRequest Parse(ReadOnlySpan<byte> json)
    {
        ExecRequest? request;
        try
        {
            request = JsonSerializer.Deserialize<ExecRequest>(json, FrameLine.Json);
        }
        catch (JsonException e)
        {
            throw new CommandException(CommandExit.BadData, $"The request cannot be read: {e.Message}", hint: "It is a JSON object: {\"palette\":\"cluster\",\"command\":\"show\",\"args\":{}}.");
        }

        return request is { Palette.Length: > 0, Command.Length: > 0 } ? request
            : throw new CommandException(CommandExit.BadData, "The request names no palette and command.", hint: "{\"palette\":\"cluster\",\"command\":\"show\",\"args\":{}}");
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FrameLine.Json);
}
