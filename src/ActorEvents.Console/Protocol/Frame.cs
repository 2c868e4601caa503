using System.Text.Json;

namespace ActorEvents.Aectl.Protocol;

/// <summary>One line of an answer to POST /v1/exec; which members it has depends on its kind.</summary>
internal sealed record Frame
{
    public string Kind { get; init; } = "";

    public IReadOnlyList<Column>? Columns { get; init; }

    public JsonElement? Values { get; init; }

    public string? Text { get; init; }

    public string? Message { get; init; }

    public string? Code { get; init; }

    public string? Field { get; init; }

    public string? Hint { get; init; }

    public string? CorrelationId { get; init; }

    public long Dropped { get; init; }

    public int Exit { get; init; }

    public string? Count { get; init; }

    public bool Truncated { get; init; }

    public string? Page { get; init; }

    public string? Node { get; init; }

    public string? AsOf { get; init; }
}

/// <summary>Why a request was refused before any command ran (401, 403, 404, 413, 429).</summary>
internal sealed record Refusal
{
    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? Hint { get; init; }

    public int? Exit { get; init; }
}

internal sealed record CompletionValues
{
    public IReadOnlyList<string>? Values { get; init; }
}
