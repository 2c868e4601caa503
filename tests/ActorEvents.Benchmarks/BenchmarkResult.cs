using System.Text.Json.Serialization;

namespace ActorEvents.Benchmarks;

/// <summary>What one benchmark says, as the JSON object of its last line.</summary>
public sealed record BenchmarkResult
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("events_per_second")]
    public required double EventsPerSecond { get; init; }

    /// <summary>What it is measured against; null: nothing.</summary>
    [JsonPropertyName("reference")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reference { get; init; }

    [JsonPropertyName("reference_per_second")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ReferencePerSecond { get; init; }

    /// <summary>Median of the rounds' ratios.</summary>
    [JsonPropertyName("ratio")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Ratio { get; init; }

    /// <summary>What else this benchmark measures, by the name that it has in the JSON object.</summary>
    [JsonExtensionData]
    public Dictionary<string, object> Figures { get; init; } = new(StringComparer.Ordinal);

    /// <summary>With one more figure, rounded to three digits behind the point.</summary>
    public BenchmarkResult With(string name, double value) => this with { Figures = new(Figures, StringComparer.Ordinal) { [name] = Math.Round(value, 3) } };
}

/// <summary>A promise was not kept while it was measured. Exit code 1.</summary>
public sealed class BenchmarkFailedException(string message) : Exception(message);
