namespace ActorEvents.Aectl.Parsing;

internal enum OutputForm
{
    Table,
    Wide,
    Json,
    JsonLines,
    Tsv,
    None,
}

internal enum TimeForm
{
    Iso,
    Relative,
    Unix,
}

/// <summary>What every command understands, whatever palette it is of.</summary>
internal sealed record Settings
{
    public OutputForm Output { get; init; }

    /// <summary>Names of columns, in the order wanted; null: all.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    public int? Limit { get; init; }

    public string? Page { get; init; }

    /// <summary>As the node reads it: <c>10s</c>.</summary>
    public string? Timeout { get; init; }

    public bool NoColor { get; init; }

    public TimeForm Time { get; init; }

    public bool Yes { get; init; }

    public bool DryRun { get; init; }

    /// <summary>The system's name, for what asks for it beside <c>--yes</c>.</summary>
    public string? Typed { get; init; }

    public string? Reason { get; init; }

    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    public string? Node { get; init; }

    public bool Schema { get; init; }

    /// <summary>Ask again after this time.</summary>
    public TimeSpan? Watch { get; init; }

    /// <summary>Whoever reads it is a program: errors are JSON, too.</summary>
    public bool IsJson => Output is OutputForm.Json or OutputForm.JsonLines;
}
