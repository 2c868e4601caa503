namespace ActorEvents.Scenarios.Nodes;

/// <summary>Real node processes, the embedded broker, SQLite: the totals are right whatever happens to the process.</summary>
[Collection("shop")]
public sealed class The_shop_survives : NodeScenario
{
    /// <summary>Seconds that a stopped process sleeps: 60 where the guarantee is measured.</summary>
    private static int SleepSeconds => Setting("ACTOREVENTS_TEST_SIGSTOP_SECONDS", 8);

    [Fact]
    public async Task A_plain_run_and_a_second_one_on_the_same_folder_count_once()
    {
        var first = Node("--exit-when-done");
        ExpectedTotals.Check(await first.TotalsAsync());
        Assert.Equal(0, await first.ExitAsync());

        var second = Node("--exit-when-done");
        ExpectedTotals.Check(await second.TotalsAsync());
        Assert.Equal(0, await second.ExitAsync());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task A_run_ended_in_mid_replay_and_started_again_with_a_new_broker_counts_once(string signal)
    {
        var first = Node([.. Beginning, "--shop.rate", "400"]);
        await UntilAsync(first, "all lanes are open", () => Task.FromResult(first.Lines(output: false).Count(l => l.Contains("is read from position", StringComparison.Ordinal)) >= 8));
        await MidReplayAsync(first, 1_500);
        if (signal == "INT")
        {
            first.SignalBroker(signal); // As a terminal does at Ctrl+C: the whole job hears it.
        }

        first.Signal(signal);
        var code = await first.ExitAsync();
        Assert.Equal(signal == "KILL" ? 137 : 0, code);
        if (signal != "KILL")
        {
            Assert.True(first.Log.Contains("Drained: 2 source(s), 8 lane(s) committed, 0 event(s) still under way", StringComparison.Ordinal), first.Log);
            Assert.Contains("Relay: everything up to row", first.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("has ended by itself", first.Log, StringComparison.Ordinal);
        }

        ExpectedTotals.CheckBeginning(await Node([.. Beginning, "--exit-when-done"]).TotalsAsync());
    }

    [Fact]
    public async Task A_node_killed_three_times_in_mid_replay_counts_once()
    {
        var bootstrap = await BrokerAsync();
        foreach (var lines in (int[])[800, 1_600, 2_400])
        {
            var node = Node([.. Beginning, "--kafka.bootstrap-servers", bootstrap, "--shop.rate", "250"]);
            await MidReplayAsync(node, lines);
            await node.KillAsync();
        }

        ExpectedTotals.CheckBeginning(await Node([.. Beginning, "--kafka.bootstrap-servers", bootstrap, "--exit-when-done"]).TotalsAsync());
    }

    [Fact]
    public async Task A_node_that_sleeps_in_mid_replay_goes_on_and_counts_once()
    {
        var bootstrap = await BrokerAsync();
        var node = Node([.. Beginning, "--kafka.bootstrap-servers", bootstrap, "--shop.rate", "400", "--exit-when-done"]);
        await MidReplayAsync(node, 1_500);
        node.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(SleepSeconds), TimeProvider.System);
        node.Signal("CONT");

        ExpectedTotals.CheckBeginning(await node.TotalsAsync(180));
        Assert.Equal(0, await node.ExitAsync());
    }

    [Fact]
    public async Task Three_nodes_of_which_one_is_killed_count_once()
    {
        var nodes = await ClusterAsync(await BrokerAsync(), "--journal.sqlite-file", Path.Combine(Data, "shared.db"));
        await KillOneAndCheckAsync(nodes);
        Assert.Contains("gives no sign of life", nodes[0].Log, StringComparison.Ordinal);
        Assert.Contains("was taken out of the cluster", nodes[0].Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Akka.Cluster", nodes[0].Log, StringComparison.Ordinal);
    }
}
