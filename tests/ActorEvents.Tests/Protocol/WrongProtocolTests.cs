using Xunit.Abstractions;

namespace ActorEvents.Tests.Protocol;

/// <summary>The simulation can fail: protocols that nearly hold are found out, each by what it breaks.</summary>
public sealed class WrongProtocolTests(ITestOutputHelper output)
{
    private const int Runs = 3_000;

    public static TheoryData<Wrong, string> Variants => new()
    {
        { Wrong.ReplyBeforePersist, "loss" },
        { Wrong.DoneOfMemory, "loss" },
        { Wrong.NoOpInMemory, "loss" },
        { Wrong.FailureAnswered, "loss" },
        { Wrong.RefusedTakenForOwn, "loss" },
        { Wrong.KeepEveryCopy, "memory" },
        { Wrong.CommitBeforeReply, "loss" },
        { Wrong.CommitHighest, "loss" },
        { Wrong.CountReplies, "loss" },
        { Wrong.PositionOnly, "loss" },
        { Wrong.RestartUnnoticed, "loss" },
        { Wrong.NoFence, "duplicate" },
        { Wrong.FenceForgetsDeleted, "loss" },
        { Wrong.SnapshotLastWins, "loss" },
        { Wrong.SnapshotWithoutPositions, "duplicate" },
        { Wrong.NoIncarnation, "loss" },
        { Wrong.CommitWithoutIncarnation, "loss" },
        { Wrong.NoOrigin, "duplicate" },
        { Wrong.OriginAcrossPartitions, "loss" },
        { Wrong.OriginByIncarnation, "duplicate" },
        { Wrong.OriginFedFromMiddle, "loss" },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_wrong_variant_is_found_out(Wrong variant, string breaks)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1; seed <= Runs; seed++)
        {
            if (Simulation.Run(seed, variant) is { } violation)
            {
                output.WriteLine($"Seed {seed}: {violation.Message}");
                found[violation.Kind] = found.GetValueOrDefault(violation.Kind) + 1;
                if (violation.Kind == breaks)
                {
                    return;
                }
            }
        }

        Assert.Fail($"{variant} passes {Runs} runs without '{breaks}'; found: {string.Join(", ", found)}");
    }
}
