using System.Text.Json.Nodes;
using ActorEvents.Aectl.Parsing;

namespace ActorEvents.Tests.Aectl;

public sealed class ParsingTests(FakeNode node) : IClassFixture<FakeNode>
{
    [Theory]
    [InlineData("clutser show", "Did you mean 'cluster show'?")]
    [InlineData("cluster shwo", "Did you mean 'cluster show'?")]
    [InlineData("cluster sh", "'cluster' has no command 'sh'")]
    [InlineData("clust show", "There is no palette 'clust'")]
    [InlineData("cluster", "There are: show, tail, down.")]
    [InlineData("dlq discard x --dryrun", "Did you mean '--dry-run'?")]
    [InlineData("dlq discard --dryrun", "Did you mean '--dry-run'?")]
    [InlineData("dlq discard --version", "has no switch '--version'")]
    [InlineData("dlq inspect -x", "goes behind '--'")]
    [InlineData("--outptu json cluster show", "Did you mean '--output'?")]
    [InlineData("dlq list --by=", "--by has no value")]
    [InlineData("dlq list --by", "--by has no value")]
    [InlineData("dlq list --by --tree", "--by has no value")]
    [InlineData("dlq list --type --nosuch", "Write --type=--nosuch")]
    [InlineData("dlq list --by weight", "one of age, size")]
    [InlineData("dlq list --by Age", "one of age, size")]
    [InlineData("dlq list -d -1", "a whole number from 0 to 9")]
    [InlineData("dlq list -d 10", "a whole number from 0 to 9")]
    [InlineData("dlq list -d 1.5", "a whole number")]
    [InlineData("dlq list --ratio 0.1", "a number of 0.5 or more")]
    [InlineData("dlq list --ratio NaN", "a number")]
    [InlineData("dlq list --since 5", "a number with a unit")]
    [InlineData("dlq list --since 5days", "a number with a unit")]
    [InlineData("dlq list -d 1 --depth 2", "--depth is given twice")]
    [InlineData("dlq list one", "'one' is one argument too many")]
    [InlineData("dlq inspect", "<path> is missing")]
    [InlineData("dlq inspect a b", "'b' is one argument too many")]
    [InlineData("dlq list --limit 0", "a whole number of 1 or more")]
    [InlineData("dlq list --timeout 10", "a number with a unit")]
    [InlineData("dlq list --timeout 0s", "a number with a unit")]
    [InlineData("dlq list -o xml", "one of table, wide, json, jsonl, tsv, none")]
    [InlineData("cluster show --watch=0s", "--watch=2s")]
    [InlineData("cluster tail --watch", "goes on by itself")]
    [InlineData("dlq discard x --yes --watch", "changes something")]
    [InlineData("cluster show --token abc", "AECTL_TOKEN")]
    [InlineData("cluster show --socket a --host b:1", "--socket and --host")]
    [InlineData("cluster show --socket a --socket b", "--socket is given twice")]
    [InlineData("cluster show --host", "--host has no value")]
    public async Task What_is_not_right_is_said_and_nothing_is_sent(string line, string said)
    {
        var sent = node.Requests.Count;
        var (exit, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync(line.Split(' '));

        Assert.Equal((64, ""), (exit, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Equal(sent, node.Requests.Count);
    }

    [Theory]
    [InlineData("dlq inspect /user/inspect", "path", "/user/inspect")]
    [InlineData("dlq inspect @file", "path", "@file")]
    [InlineData("dlq inspect [x]", "path", "[x]")]
    [InlineData("dlq inspect -- --dryrun", "path", "--dryrun")]
    [InlineData("dlq inspect -- -", "path", "-")]
    [InlineData("dlq inspect -", "path", "-")]
    [InlineData("dlq inspect a=b:c", "path", "a=b:c")]
    [InlineData("dlq list --type=--x", "type", "[\"--x\"]")]
    [InlineData("dlq list -t a --type b -t=c", "type", "[\"a\",\"b\",\"c\"]")]
    [InlineData("dlq list --type a:house:b", "type", "[\"a:house:b\"]")]
    [InlineData("dlq list -d5", "depth", "5")]
    [InlineData("-o json dlq list --depth=5", "depth", "5")]
    [InlineData("dlq list --tree", "tree", "true")]
    [InlineData("dlq list --since 1.5h", "since", "1.5h")]
    public async Task What_is_right_arrives_as_it_was_written(string line, string argument, string value)
    {
        var (exit, _, error) = await new AectlRun(node.RuntimeFolder).RunAsync(line.Split(' '));

        Assert.Equal((0, ""), (exit, error));
        var sent = node.Requests[^1]["args"]![argument]!;
        Assert.Equal(value, sent is JsonValue ? sent.ToString() : sent.ToJsonString());
    }

    [Fact]
    public async Task A_commands_own_switch_goes_before_that_of_all_commands()
    {
        await new AectlRun(node.RuntimeFolder).RunAsync("dlq", "inspect", "x", "--timeout", "7s");

        Assert.Equal("7s", (string?)node.Requests[^1]["args"]!["timeout"]);
        Assert.Null(node.Requests[^1]["timeout"]);
    }

    [Fact]
    public async Task A_switch_goes_before_its_variable()
    {
        var run = new AectlRun(node.RuntimeFolder) { Environment = { ["AECTL_TIMEOUT"] = "3s", ["AECTL_NODE"] = "h:1" } };
        await run.RunAsync("cluster", "show", "--timeout", "4s");

        Assert.Equal(("4s", "h:1"), ((string?)node.Requests[^1]["timeout"], (string?)node.Requests[^1]["node"]));
    }

    [Fact]
    public async Task A_wrong_variable_is_named()
    {
        var (exit, _, error) = await new AectlRun(node.RuntimeFolder) { Environment = { ["AECTL_LIMIT"] = "many" } }.RunAsync("cluster", "show");

        Assert.Equal(64, exit);
        Assert.Contains("AECTL_LIMIT is 'many'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_the_error_is_one_object_and_stdout_empty()
    {
        var (exit, output, error) = await new AectlRun(node.RuntimeFolder).RunAsync("dlq", "list", "-d", "x", "-o", "json");

        var json = JsonNode.Parse(error)!;
        Assert.Equal((64, "", "usage", "depth", 64), (exit, output, (string?)json["code"], (string?)json["field"], (int)json["exit"]!));
    }

    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("  a\t b ", "a|b")]
    [InlineData("'a b' c", "a b|c")]
    [InlineData("\"a \\\"b\\\" \\\\ \\n\"", "a \"b\" \\ \\n")]
    [InlineData("a\\ b", "a b")]
    [InlineData("x'y'\"z\"", "xyz")]
    [InlineData("''", "")]
    [InlineData("", null)]
    public void A_shells_line_is_cut_into_words(string line, string? words) => Assert.Equal(words?.Split('|') ?? [], ShellLine.Read(line).Words);

    [Theory]
    [InlineData("a > f", "f", false)]
    [InlineData("a >f", "f", false)]
    [InlineData("a >> 'my file'", "my file", true)]
    [InlineData("a '>' f", null, false)]
    [InlineData("a b>c", null, false)]
    public void Output_goes_to_the_file_behind_it(string line, string? file, bool append)
    {
        var read = ShellLine.Read(line);

        Assert.Equal((file, append), (read.File, read.Append));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a b")]
    [InlineData("it's \"so\" \\ x")]
    [InlineData(">f")]
    [InlineData("")]
    [InlineData("日本")]
    public void A_quoted_word_is_read_as_itself(string word) => Assert.Equal([word], ShellLine.Read(ShellLine.Quote(word)).Words);
}
