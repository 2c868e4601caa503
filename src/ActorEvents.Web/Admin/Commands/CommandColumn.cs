namespace ActorEvents.Web.Admin.Commands;

/// <summary>What stands in a column, and how it is written.</summary>
public enum ColumnType
{
    /// <summary>Text; several ones are joined with commas.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    Boolean,

    /// <summary><see cref="DateTimeOffset"/>.</summary>
    Time,

    /// <summary><see cref="TimeSpan"/>; on the wire milliseconds.</summary>
    Duration,

    /// <summary>A size, in bytes.</summary>
    Bytes,

    /// <summary>Anything that System.Text.Json writes.</summary>
    Json,
}

/// <summary>A column of a command's rows.</summary>
/// <param name="Name">Member of the row's JSON object, in camel case.</param>
public sealed record CommandColumn(string Name, ColumnType Type = ColumnType.String)
{
    /// <summary>Above the column. Default: the name in capitals.</summary>
    public string Title { get; init; } = Name.ToUpperInvariant();

    /// <summary>Only where there is room: wide output and JSON.</summary>
    public bool Wide { get; init; }
}
