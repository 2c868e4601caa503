using ActorEvents.Sources;
using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Protocol;

/// <summary>What happens to the cluster, not to a message or an append.</summary>
internal enum Fault
{
    EntityStops,
    EntityMoves,
    SecondIncarnation,
    NodeCrashes,
    SubscriptionFails,
    Rebalance,
    LaneFails,
    TopicRecreated,
    HandlerPaused,
    LanePaused,
}

/// <summary>
/// The case that a seed stands for: sizes, limits, how often what goes wrong. About half of the kinds of faults stay out of each case, so that the others
/// show.
/// </summary>
internal sealed class Plan
{
    public Plan(Random random, Wrong wrong)
    {
        Wrong = wrong;
        Handlers = random.Next(1, 3);
        OneKeyForSecond = random.Next(2) == 0;
        LastIsVolatile = random.Next(6) == 0;
        Partitions = random.Next(1, 4);
        Keys = random.Next(1, 5);
        Records = random.Next(4, 11);
        Origins = random.Next(3);
        Flow = new FlowOptions { MaxEvents = random.Next(1, 9), MaxBytes = random.Next(3) == 0 ? 150 : 1_000_000, EmitBatch = random.Next(1, 5) };
        Flow.Span = Flow.MaxEvents + random.Next(6);
        var resend = random.Next(40, 121);
        Delivery = new DeliveryOptions
        {
            MaxEvents = random.Next(1, 5),
            MaxBytes = random.Next(3) == 0 ? 100 : 1_000_000,
            ResendAfter = TimeSpan.FromMilliseconds(resend),
            ResendMax = TimeSpan.FromMilliseconds(resend * 4),
        };
        SnapshotEvery = Sometimes(random) ? random.Next(1, 5) : 0;
        DeleteRows = random.Next(2) == 0;
        OnTheWire = random.Next(4) == 0;
        Lose = Rate(random, 0.3);
        Twice = Rate(random, 0.3);
        Slow = Rate(random, 0.4);
        AppendFails = Rate(random, 0.2);
        AppendInDoubt = Rate(random, 0.3);
        HandlerFails = Rate(random, 0.3);
        SelectorFails = Rate(random, 0.05);
        Unreadable = Rate(random, 0.3);
        StartPaused = Rate(random, 0.3);
        MaxOutgoing = Sometimes(random) ? 2 : 1_000;
        CommitFails = Rate(random, 0.5);
        OldStart = Rate(random, 0.5);
        FaultsEnd = random.Next(200, 1_000);
        foreach (var fault in Enum.GetValues<Fault>())
        {
            var times = !Sometimes(random) ? 0 : fault is Fault.TopicRecreated ? 1 : random.Next(1, 5);
            for (var i = 0; i < times; i++)
            {
                Faults.Add((random.Next((int)FaultsEnd), fault));
            }
        }
    }

    public Wrong Wrong { get; }

    public int Handlers { get; }

    /// <summary>The second handler type takes all its events under one key.</summary>
    public bool OneKeyForSecond { get; }

    /// <summary>The last handler type keeps its states in memory only.</summary>
    public bool LastIsVolatile { get; }

    public int Partitions { get; }

    public int Keys { get; }

    /// <summary>Records per partition and topic, roughly.</summary>
    public int Records { get; }

    /// <summary>Producers that number their events.</summary>
    public int Origins { get; }

    public FlowOptions Flow { get; }

    public DeliveryOptions Delivery { get; }

    public int SnapshotEvery { get; }

    /// <summary>A snapshot deletes the rows before it.</summary>
    public bool DeleteRows { get; }

    /// <summary>Messages and rows go through their codecs.</summary>
    public bool OnTheWire { get; }

    public double Lose { get; }

    public double Twice { get; }

    /// <summary>Messages and appends that take long: longer than a time-out.</summary>
    public double Slow { get; }

    public double AppendFails { get; }

    /// <summary>Appends whose writer hears of a failure, and which land at some time or never.</summary>
    public double AppendInDoubt { get; }

    public double HandlerFails { get; }

    /// <summary>Key selectors that throw.</summary>
    public double SelectorFails { get; }

    /// <summary>Incarnations that cannot read the user's part of what is stored.</summary>
    public double Unreadable { get; }

    /// <summary>Subscriptions that start paused.</summary>
    public double StartPaused { get; }

    /// <summary>Outgoing events that fit into one row; every effect has one.</summary>
    public int MaxOutgoing { get; }

    public double CommitFails { get; }

    /// <summary>Sessions that start below the committed position.</summary>
    public double OldStart { get; }

    /// <summary>Virtual milliseconds.</summary>
    public long FaultsEnd { get; }

    public List<(long At, Fault Fault)> Faults { get; } = [];

    public override string ToString() =>
        $"{Handlers} handlers{(OneKeyForSecond ? " (the second with one key)" : "")}{(LastIsVolatile ? " (the last in memory)" : "")}, " +
        $"{Partitions} partitions, {Keys} keys, {Origins} origins; credits {Flow.MaxEvents}/{Flow.MaxBytes} B, span {Flow.Span}; " +
        $"lists {Delivery.MaxEvents}/{Delivery.MaxBytes} B, resend {Delivery.ResendAfter.TotalMilliseconds} ms; " +
        $"snapshots {SnapshotEvery}{(DeleteRows ? ", rows deleted" : "")}; lose {Lose:0.00} twice {Twice:0.00} slow {Slow:0.00} " +
        $"append fails {AppendFails:0.00} in doubt {AppendInDoubt:0.00} handler fails {HandlerFails:0.00} selector fails {SelectorFails:0.00} unreadable {Unreadable:0.00} start paused {StartPaused:0.00} a row takes {MaxOutgoing} commit fails {CommitFails:0.00} " +
        $"old start {OldStart:0.00}; faults until {FaultsEnd} ms";

    private static bool Sometimes(Random random) => random.Next(2) == 0;

    private static double Rate(Random random, double most) => Sometimes(random) ? random.NextDouble() * most : 0;
}
