using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace ActorEvents.Tests.Protocol;

/// <summary>The delivery protocol under every fault that it is made for: nothing lost, nothing twice, order, bounds, and an end.</summary>
public sealed class DeliveryProtocolTests(ITestOutputHelper output)
{
    private const int Runs = 10_000;

    [Fact]
    public async Task Nothing_is_lost_doubled_or_out_of_order_whatever_fails_and_every_run_ends()
    {
        var runs = Setting("ACTOREVENTS_TEST_RUNS", Runs);
        var first = Setting("ACTOREVENTS_TEST_SEED", 1);
        long steps = 0;
        var next = first;
        var failed = int.MaxValue;

        // Threads of their own: in those of the pool, a minute of this would hold up what the tests beside it wait for.
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        void Work()
        {
            // Seeds are taken in order and each that is taken is run to its end: the first that fails is found whatever the threads do.
            for (int seed; (seed = Interlocked.Increment(ref next) - 1) < first + runs && seed < Volatile.Read(ref failed);)
            {
                if (Simulation.Run(seed, Wrong.None, null, out var taken) is not null)
                {
                    for (int known; seed < (known = Volatile.Read(ref failed)) && Interlocked.CompareExchange(ref failed, seed, known) != known;)
                    {
                    }
                }

                Interlocked.Add(ref steps, taken);
            }
        }

        Assert.True(failed == int.MaxValue, failed == int.MaxValue ? "" : Explain(failed));
        output.WriteLine($"{runs} runs from seed {first}, {steps} steps.");
    }

    [Fact]
    public void A_seed_is_a_run()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            Assert.Equal(Trace(seed), Trace(seed));
        }
    }

    /// <summary>What never happens is not tested.</summary>
    [Fact]
    public void Everything_that_can_go_wrong_does()
    {
        string[] expected =
        [
            "which is lost", "are overdue", "append failed", "append in doubt", "append refused", "is handed over", "sent again", "a second incarnation",
            "is replaced while it waits", "is a repeat", "the handler fails", "snapshot at", "crashes", "a subscription of node", "goes to node",
            "fails: it closes", "closes: Drained", "closes: DrainDeadline", "re-created", "a zombie commits", "below the committed",
            "cannot be read", "the key selector fails", "starts paused", "is to be read again", "is paused", "did not fit", "has used up its span",
        ];
        var missing = expected.ToHashSet(StringComparer.Ordinal);
        for (var seed = 1; missing.Count > 0 && seed <= 400; seed++)
        {
            Simulation.Run(seed, Wrong.None, step => missing.RemoveWhere(m => step.Contains(m, StringComparison.Ordinal)));
        }

        Assert.Empty(missing);
    }

    private static string Explain(int seed) =>
        $"Seed {seed} fails. This one alone: ACTOREVENTS_TEST_SEED={seed} ACTOREVENTS_TEST_RUNS=1 " +
        $"dotnet test tests/ActorEvents.Tests --filter FullyQualifiedName~DeliveryProtocolTests\n{Trace(seed)}";

    private static string Trace(int seed)
    {
        var trace = new StringBuilder();
        Simulation.Run(seed, Wrong.None, step => trace.Append(step).Append('\n'));
        return trace.ToString();
    }

    private static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
