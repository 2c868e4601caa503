namespace ActorEvents.Scenarios.DataPath;

public sealed class First_slice : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-slice-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Events_of_a_list_are_handled_once_in_order_per_key()
    {
        var source = new ListSource("list", 5_000, i => $"k{i % 37}");
        await using var node = await MiniNode.StartAsync(_folder, b => b
            .AddSource(source)
            .AddHandler("totals", new TotalsHandler(), h => h.Handles("number").StateEvent<Counted>("counted")));

        await node.WaitForAsync(source.Stream.Name, 5_000);

        var rows = await node.RowsAsync();
        KeyedNumbers.Check(rows, 5_000, 37);
        Assert.True(rows.Count < 5_000, "lists share rows");
    }
}
