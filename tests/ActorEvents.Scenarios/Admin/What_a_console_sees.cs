using System.Net;
using System.Text.Json;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Admin;

/// <summary>Each command that reads, on a cluster of two nodes.</summary>
public sealed class What_a_console_sees(TwoAdminNodes nodes) : IClassFixture<TwoAdminNodes>
{
    private string[] Both => [.. new[] { nodes.First.Address, nodes.Second.Address }.Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Members_with_their_status_and_how_many_there_are()
    {
        var answer = await nodes.Client.RunAsync("cluster show");

        Assert.Equal(Both, answer.Column("address"));
        Assert.All(answer.Rows, r => Assert.Equal(("Up", "reachable"), (r.GetProperty("status").GetString(), r.GetProperty("reachability").GetString())));
        Assert.Equal("2 nodes", answer.Count);
        Assert.Equal(["address", "roles", "status", "reachability", "version"], answer.Frames[0].GetProperty("columns").EnumerateArray().Take(5).Select(c => c.GetProperty("name").GetString()));
        Assert.Equal(1, answer.Rows.Count(r => r.GetProperty("leader").GetBoolean()));
        Assert.Equal([nodes.First.Address], (await nodes.Client.RunAsync("cluster status")).Column("address"));
        Assert.Contains((await nodes.Client.RunAsync("cluster leader")).Column("address").Single(), Both);
        Assert.Contains((await nodes.Client.RunAsync("cluster roles")).Rows, r => r.GetProperty("role").GetString() == "handler-totals" && r.GetProperty("nodes").GetInt32() == 2);
    }

    [Theory]
    [InlineData("health show")]
    [InlineData("sys info")]
    [InlineData("sys version")]
    [InlineData("sys uptime")]
    [InlineData("source list")]
    [InlineData("handler list")]
    [InlineData("cluster-sharding list-regions")]
    [InlineData("cluster-sharding region-stats")]
    public async Task What_runs_on_each_node_has_rows_of_both(string command)
    {
        var answer = await nodes.Client.RunAsync(command);

        Assert.Equal(0, answer.Exit);
        Assert.Equal(Both, answer.Column("node").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(nodes.First.Address, answer.End.GetProperty("node").GetString());
    }

    [Fact]
    public async Task One_node_alone_when_it_is_named_whichever_is_asked()
    {
        foreach (var address in new[] { nodes.Second.Address, nodes.Second.Address.Split('@')[1] })
        {
            var version = await nodes.Client.RunAsync("sys version", more: new { node = address });
            Assert.Equal([nodes.Second.Address], version.Column("node"));
            Assert.Equal(nodes.Second.Address, version.End.GetProperty("node").GetString());
        }

        var system = await nodes.Client.RunAsync("actor system", more: new { node = nodes.Second.Address });
        Assert.Equal([nodes.Second.Address], system.Column("address"));
    }

    [Theory]
    [InlineData("localhost:70000", 65)]
    [InlineData("akka.tcp://X@", 65)]
    [InlineData("akka.tcp://other@127.0.0.1:4053", 65)]
    [InlineData("127.0.0.1:1", 66)]
    public async Task A_node_that_cannot_be_is_refused(string node, int exit) =>
        Assert.Equal(exit, (await nodes.Client.RunAsync("sys version", more: new { node })).Exit);

    [Fact]
    public async Task Regions_add_up_and_every_entity_is_listed_once_page_by_page()
    {
        // The shard of a node that has just come may be on its way.
        await Poll.UntilAsync(async () => (await nodes.Client.RunAsync("cluster-sharding region-stats", new { region = "totals" })).Rows.Sum(r => r.GetProperty("entities").GetInt32()) == 20);
        var shards = await nodes.Client.RunAsync("cluster-sharding list-shards", new { region = "totals" });
        Assert.Equal(20, shards.Rows.Sum(r => r.GetProperty("entities").GetInt32()));

        var keys = new List<string?>();
        string? page = null;
        do
        {
            var answer = await nodes.Client.RunAsync("cluster-sharding list-entities", new { region = "totals" }, new { limit = 3, page });
            Assert.Equal(0, answer.Exit);
            Assert.InRange(answer.Rows.Count, 1, 3);
            keys.AddRange(answer.Column("key"));
            page = answer.Page;
        }
        while (page is not null);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"k{i}").Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
        var one = shards.Rows.First(r => r.GetProperty("entities").GetInt32() > 0).GetProperty("shard").GetString();
        Assert.All((await nodes.Client.RunAsync("cluster-sharding list-entities", new { region = "totals", shard = one })).Column("shard"), s => Assert.Equal(one, s));
    }

    [Fact]
    public async Task Where_an_entity_is_and_that_one_which_never_was_is_not_woken()
    {
        var shown = (await nodes.Client.RunAsync("key show", new { handler = "totals", key = "k3" })).Rows.Single();
        Assert.Equal(("idle", nodes.Nodes.Stream), (shown.GetProperty("state").GetString(), shown.GetProperty("stream").GetString()));
        Assert.Equal(183, shown.GetProperty("position").GetInt64());

        var found = (await nodes.Client.RunAsync("cluster-sharding find", new { region = "totals", key = "k3" })).Rows.Single();
        Assert.True(found.GetProperty("alive").GetBoolean());
        Assert.Equal(shown.GetProperty("node").GetString(), found.GetProperty("node").GetString());
        Assert.Equal(shown.GetProperty("shard").GetString(), found.GetProperty("shard").GetString());

        for (var i = 0; i < 2; i++)
        {
            Assert.False((await nodes.Client.RunAsync("cluster-sharding find", new { region = "totals", key = "never" })).Rows.Single().GetProperty("alive").GetBoolean());
        }
    }

    [Theory]
    [InlineData("cluster-sharding region-stats", """{"region":"total"}""", "totals")]
    [InlineData("cluster-sharding list-shards", """{"region":"total"}""", "totals")]
    [InlineData("cluster-sharding list-entities", """{"region":"total"}""", "totals")]
    [InlineData("cluster-sharding list-entities", """{"region":"totals","shard":"10"}""", "0 to 9")]
    [InlineData("cluster-sharding find", """{"region":"total","key":"k"}""", "totals")]
    [InlineData("key show", """{"handler":"total","key":"k"}""", "totals")]
    [InlineData("handler show", """{"handler":"total"}""", "totals")]
    [InlineData("handler blocked", """{"handler":"total"}""", "totals")]
    [InlineData("handler pause", """{"handler":"total"}""", "totals")]
    [InlineData("source show", """{"source":"lst"}""", "list")]
    [InlineData("source resume", """{"source":"lst"}""", "list")]
    [InlineData("journal events", """{"handler":"total","key":"k"}""", "totals")]
    [InlineData("journal events", """{"handler":"totals","key":"nobody"}""", "no rows")]
    [InlineData("dlq show", """{"id":"999"}""", "999")]
    [InlineData("actor inspect", """{"path":"/user/event"}""", "events")]
    [InlineData("sys config", """{"path":"relai"}""", "relai")]
    [InlineData("sys config", """{"path":"akka.nothing"}""", "akka.nothing")]
    [InlineData("relay show", "{}", "no destination")]
    public async Task What_is_not_there_is_66_and_what_there_is_is_named(string command, string arguments, string named)
    {
        var answer = await nodes.Client.RunAsync(command, JsonDocument.Parse(arguments).RootElement);

        Assert.Equal(66, answer.Exit);
        Assert.Contains(named, answer.Error.GetProperty("message").GetString() + answer.Error.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_source_has_under_way_and_who_owes_it()
    {
        var lane = (await nodes.Client.RunAsync("source show", new { source = "list" })).Rows.Single();

        Assert.Equal((199, 1, "totals"), (lane.GetProperty("committed").GetInt64(), lane.GetProperty("inFlight").GetInt32(), lane.GetProperty("owing").GetString()));
        var oldest = (await nodes.Client.RunAsync("handler show", new { handler = "totals" })).Rows.Single();
        Assert.Equal(("oldest unsettled", "k19"), (oldest.GetProperty("state").GetString(), oldest.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task A_key_that_does_not_go_on_and_why()
    {
        var blocked = (await nodes.Client.RunAsync("handler blocked", new { handler = "totals" })).Rows.Single();

        Assert.Equal(("k19", 199L), (blocked.GetProperty("key").GetString(), blocked.GetProperty("position").GetInt64()));
        Assert.Contains("fails on purpose", blocked.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("blocked", (await nodes.Client.RunAsync("key show", new { handler = "totals", key = "k19" })).Column("state").First());
        Assert.Contains((await nodes.Client.RunAsync("health show")).Rows, r => r.GetProperty("detail").GetString()!.Contains("1 key(s) do not go on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_history_of_a_key_page_by_page()
    {
        var first = await nodes.Client.RunAsync("journal events", new { handler = "totals", key = "k3" }, new { limit = 1 });
        Assert.Equal("1", first.Page ?? "1");
        var all = await nodes.Client.RunAsync("journal events", new { handler = "totals", key = "k3" });
        Assert.Equal(10, all.Rows.Count(r => r.GetProperty("what").ValueEquals("state")));
        Assert.Equal("""{"number":"3"}""", all.Rows[0].GetProperty("data").GetString());
        Assert.Equal(10, all.Rows.Count(r => r.GetProperty("what").ValueEquals("emitted") && r.GetProperty("stream").ValueEquals("totals")));
        Assert.Equal(65, (await nodes.Client.RunAsync("journal events", new { handler = "totals", key = "k3" }, new { page = "x" })).Exit);
        Assert.Equal(65, (await nodes.Client.RunAsync("journal events", new { handler = "totals", key = "a\0b" })).Exit);

        var journal = (await nodes.Client.RunAsync("journal show")).Rows.Single();
        Assert.Equal(nodes.First.Node.Journal.JournalId, journal.GetProperty("journal").GetString());
    }

    [Fact]
    public async Task Dead_letters_counted_listed_shown_and_exported()
    {
        var stats = await nodes.Client.RunAsync("dlq stats");
        Assert.Equal(2, stats.Rows.Single().GetProperty("count").GetInt32());
        Assert.Equal(["2 in all"], stats.Texts);

        var list = await nodes.Client.RunAsync("dlq list", new { stream = "relay/" }, new { limit = 1 });
        var rest = await nodes.Client.RunAsync("dlq list", new { stream = "relay/" }, new { limit = 1, page = list.Page });
        Assert.Equal((1, 1, null), (list.Rows.Count, rest.Rows.Count, rest.Page));
        Assert.Empty((await nodes.Client.RunAsync("dlq list", new { stream = "relay%" })).Rows);
        Assert.Empty((await nodes.Client.RunAsync("dlq list", new { handler = "totals" })).Rows);

        var shown = (await nodes.Client.RunAsync("dlq show", new { id = list.Rows[0].GetProperty("id").ToString() })).Rows.Single();
        Assert.Equal(("k1", "/wA=", "base64"), (shown.GetProperty("key").GetString(), shown.GetProperty("value").GetString(), shown.GetProperty("valueEncoding").GetString()));
        Assert.Equal("""[{"name":"h","value":"A"}]""", shown.GetProperty("headers").GetRawText());
        Assert.Equal(JsonValueKind.Null, rest.Rows[0].GetProperty("key").ValueKind);
        Assert.Equal("2 dead letters", (await nodes.Client.RunAsync("dlq export")).Count);
    }

    [Fact]
    public async Task The_actor_tree_and_one_actor_of_it()
    {
        var tree = await nodes.Client.RunAsync("actor hierarchy", new { start = "/user", depth = "2" });
        Assert.Equal("/user", tree.Column("path").First());
        Assert.Contains("/user/events", tree.Column("path"));
        Assert.DoesNotContain(tree.Column("path"), p => p!.Count(c => c == '/') > 2);
        Assert.Equal(["/"], (await nodes.Client.RunAsync("actor hierarchy", new { start = $"{nodes.First.Address}/", depth = "1" })).Column("path"));

        var actor = (await nodes.Client.RunAsync("actor inspect", new { path = "/user/actor-events-admin" })).Rows.Single();
        Assert.Equal("ActorEvents.Web.Admin.Nodes.AdminActor", actor.GetProperty("type").GetString());
        Assert.Equal(65, (await nodes.Client.RunAsync("actor inspect", new { path = "akka://other/user" })).Exit);
        Assert.Equal(65, (await nodes.Client.RunAsync("actor inspect", new { path = $"{nodes.Second.Address}/user" })).Exit);
    }

    [Fact]
    public async Task Akka_s_configuration_below_a_path()
    {
        var answer = await nodes.Client.RunAsync("sys config", new { path = "akka.cluster.split-brain-resolver" }, new { node = nodes.First.Address });

        Assert.Equal("keep-majority", answer.Rows.Single(r => r.GetProperty("key").ValueEquals("akka.cluster.split-brain-resolver.active-strategy")).GetProperty("value").GetString());
    }

    [Fact]
    public async Task What_there_is_with_a_tag_by_which_it_is_not_sent_again()
    {
        using var answer = await nodes.Client.Http.GetAsync(new Uri("/v1/palettes", UriKind.Relative));
        var palettes = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("socket", "admin"), (palettes.GetProperty("user").GetString(), palettes.GetProperty("role").GetString()));
        var commands = palettes.GetProperty("palettes").EnumerateArray().SelectMany(p => p.GetProperty("commands").EnumerateArray()).ToList();
        Assert.DoesNotContain(commands, c => c.GetProperty("name").GetString()!.StartsWith("part-", StringComparison.Ordinal));
        Assert.All(commands, c => Assert.NotEqual("", c.GetProperty("summary").GetString()));

        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/palettes");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await nodes.Client.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("palette=source&command=show&parameter=source&prefix=l", """{"values":["list"]}""")]
    [InlineData("palette=handler&command=show&parameter=handler&prefix=x", """{"values":[]}""")]
    [InlineData("palette=log&command=peek&parameter=level&prefix=wa", """{"values":["Warning"]}""")]
    [InlineData("palette=nothing&command=&parameter=", """{"values":[]}""")]
    [InlineData("", """{"values":[]}""")]
    public async Task What_may_stand_in_an_argument(string query, string values) =>
        Assert.Equal(values, await nodes.Client.Http.GetStringAsync(new Uri($"/v1/complete?{query}", UriKind.Relative)));

    [Fact]
    public async Task A_part_of_a_command_is_none() =>
        Assert.Equal(64, (await nodes.Client.RunAsync("cluster-sharding part-entities", new { region = "totals" })).Exit);
}
