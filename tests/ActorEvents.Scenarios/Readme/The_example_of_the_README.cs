using System.Diagnostics;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Hosting;
using ActorEvents.Scenarios.DataPath;
using ActorEvents.Tests;
using ActorEvents.UserCode;
using Microsoft.Extensions.DependencyInjection;

namespace ActorEvents.Scenarios.Readme;

public sealed class The_example_of_the_README : IDisposable
{
    private static readonly string[] Data = ["""{"price":2.5}""", "no json", """{"price":4}"""];

    private readonly string _folder = Directory.CreateTempSubdirectory("ae-readme-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Stands_in_the_README_as_it_is_compiled_and_has_at_most_20_lines()
    {
        var root = SourceTree.Folder;
        var source = File.ReadAllText(Path.Combine(root, "tests", "ActorEvents.UserCode", "CartHandler.cs"));
        var example = source.Split("// <example>")[1].Split("// </example>")[0].Trim();

        Assert.Contains(example, File.ReadAllText(Path.Combine(root, "README.md")), StringComparison.Ordinal);
        Assert.InRange(example.Split('\n').Count(l => l.Trim().Length > 0), 1, 20);
    }

    /// <summary>By default dotnet run moves a web project to its own folder, and none of the README's paths is there.</summary>
    [Fact]
    public async Task Its_dotnet_run_finds_files_from_where_it_is_called()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = SourceTree.Folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in "run --no-build --project src/ActorEvents.Node -- --config config/cluster.conf --http 70000".Split(' '))
        {
            start.ArgumentList.Add(argument);
        }

        using var run = Process.Start(start)!;
        var said = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.Contains("http.port = '70000'", said, StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Runs_in_a_host_of_ones_own()
    {
        var source = Carts();
        using var host = await CartHost.BuildAsync(Path.Combine(_folder, "events.db"), source);
        await host.StartAsync();
        var node = host.Services.GetRequiredService<ActorEventsNode>();
        await node.Running;

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await node.Journal.Positions.ReadAsync(source.Stream.Name, patience.Token))?.Next != Data.Length)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }

        await host.StopAsync();
        Assert.Equal(NodeState.Stopped, node.State);
    }

    [Fact]
    public async Task Runs_in_a_node_and_rejects_what_it_cannot_read()
    {
        var source = Carts();
        await using var node = await MiniNode.StartAsync(_folder, b =>
        {
            b.AddSource(source);
            CartHandler.Register(b);
        });

        await node.WaitForAsync(source.Stream.Name, Data.Length);

        var entries = (await node.RowsAsync()).Select(r => r.Entry!).ToList();
        Assert.Equal(2, entries.Sum(e => e.StateEvents.Count));
        Assert.Single(entries.SelectMany(e => e.Rejections), r => r.EventId == "e1");
        Assert.Contains("6.5", Encoding.UTF8.GetString(entries.SelectMany(e => e.Outgoing).Last().Data.Span), StringComparison.Ordinal);
    }

    /// <summary>Three events of one cart; the second cannot be read.</summary>
    private static ListSource Carts()
    {
        var stream = StreamId.ForPartition("carts", "carts", "id", 0);
        return new ListSource("carts", Data.Length, stream, i => new EventEnvelope
        {
            Id = $"e{i}",
            Source = "/shop",
            Type = "cart.item-added",
            Key = "c1",
            Data = Encoding.UTF8.GetBytes(Data[i]),
            Position = new EventPosition(stream, i),
            Size = 50,
        });
    }
}
