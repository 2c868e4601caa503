using System.Globalization;

namespace ActorEvents.Journal.Schema;

/// <summary>
/// The steps from the tables that a new journal is made with (version 1) to those of this version of ActorEvents. A new journal takes them all, so that it is as one
/// that has grown.
/// </summary>
internal sealed class SchemaSteps
{
    /// <summary>The version of the tables before any step.</summary>
    public const int First = 1;

    /// <exception cref="ArgumentException">They are not numbered 2, 3, 4 …</exception>
    public SchemaSteps(params IReadOnlyList<SchemaStep> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Version != First + 1 + i)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Step {i + 1} leads to version {steps[i].Version}; it must be {First + 1 + i}."), nameof(steps));
            }
        }

        All = steps;
    }

    /// <summary>Those of this version.</summary>
    public static SchemaSteps Released { get; } = new();

    public IReadOnlyList<SchemaStep> All { get; }

    /// <summary>The version behind the last step.</summary>
    public int Version => First + All.Count;

    /// <summary>The step that leads on from a version; null behind the last.</summary>
    public SchemaStep? After(int version) => version < Version ? All[version - First] : null;
}
