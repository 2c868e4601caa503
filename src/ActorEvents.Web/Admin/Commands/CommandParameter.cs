namespace ActorEvents.Web.Admin.Commands;

/// <summary>The form of an argument.</summary>
public enum ParameterKind
{
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a decimal point.</summary>
    Number,

    /// <summary><c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>.</summary>
    Duration,

    /// <summary>There or not.</summary>
    Flag,

    /// <summary>One of <see cref="CommandParameter.Choices"/>.</summary>
    Choice,
}

/// <summary>A parameter of a command.</summary>
/// <param name="Name">Long form of its option, or what it is called where it is positional.</param>
public sealed record CommandParameter(string Name, ParameterKind Kind = ParameterKind.String)
{
    /// <summary>One letter; null: it has none.</summary>
    public string? Short { get; init; }

    public string Summary { get; init; } = "";

    /// <summary>Given by its place, not by its name.</summary>
    public bool Positional { get; init; }

    public bool Required { get; init; }

    /// <summary>May be given more than once.</summary>
    public bool Multiple { get; init; }

    /// <summary>Never stored: not in a history, not in the audit.</summary>
    public bool Secret { get; init; }

    /// <summary>What counts where it is not given, as it would be typed.</summary>
    public string? Default { get; init; }

    /// <summary>Of a <see cref="ParameterKind.Choice"/>: what is taken, as it is typed.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Bounds of a number, or of a duration in milliseconds; null: none.</summary>
    public double? Min { get; init; }

    /// <inheritdoc cref="Min"/>
    public double? Max { get; init; }

    /// <summary>Values that a client may offer; asked while the user types, so it must answer at once.</summary>
    public Func<IEnumerable<string>>? Values { get; init; }

    internal string Typed => Positional ? $"<{Name}>" : $"--{Name}";
}
