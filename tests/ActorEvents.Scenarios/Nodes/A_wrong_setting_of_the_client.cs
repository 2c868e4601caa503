namespace ActorEvents.Scenarios.Nodes;

public sealed class A_wrong_setting_of_the_client : NodeScenario
{
    [Fact]
    public async Task Ends_the_node_before_anything_starts_with_the_exit_code_of_wrong_settings()
    {
        var (code, _, error) = await StartHereAsync("--kafka.client", "no.such.thing=1");

        Assert.Equal(2, code);
        Assert.Contains("kafka.client.no.such.thing is refused", Assert.Single(error), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Data, "node")), "the data folder was made");
    }
}
