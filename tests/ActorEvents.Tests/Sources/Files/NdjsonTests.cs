using System.Text;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>NDJSON.</summary>
public sealed class NdjsonTests
{
    [Fact]
    public async Task A_line_is_the_data_byte_for_byte_and_the_key_a_string_or_number_of_it()
    {
        using var file = new TempFile("{\"k\":\"ä\", \"n\" : 1.0}\r\n{\"k\":7e0}\n[1]\n", "a.ndjson");
        var records = await TempFile.ReadAsync(file.Ndjson("k"));
        Assert.Equal(["{\"k\":\"ä\", \"n\" : 1.0}", "{\"k\":7e0}"], records.Take(2).Select(r => r.Text()));
        Assert.Equal(["ä", "7e0"], records.Take(2).Select(r => r.Key));
        Assert.Contains("no member 'k'", records[2].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blank_lines_a_byte_order_mark_and_a_missing_last_line_end_are_nothing_special()
    {
        using var file = new TempFile([0xEF, 0xBB, 0xBF, .. "{\"k\":1}\n\n \t\r\n{\"k\":2}"u8]);
        var records = await TempFile.ReadAsync(file.Ndjson("k"));
        Assert.Equal(["{\"k\":1}", "{\"k\":2}"], records.Select(r => r.Text()));
        Assert.Equal([1, 4], records.Select(r => r.Line));
    }

    [Theory]
    [InlineData("{\"k\":1", "well-formed")]
    [InlineData("{\"k\":1} {\"k\":2}", "well-formed")]
    [InlineData("{\"k\":1,}", "well-formed")]
    [InlineData("nonsense", "well-formed")]
    [InlineData("{\"k\":null}", "is null")]
    [InlineData("{\"k\":true}", "is a boolean")]
    [InlineData("{\"k\":{}}", "is an object or array")]
    [InlineData("{\"k\":\"\"}", "is empty")]
    [InlineData("{\"k\":\"\\ud800\"}", "surrogate")]
    [InlineData("{\"x\":1}", "no member 'k'")]
    [InlineData("[{\"k\":1}]", "no member 'k'")]
    public async Task A_line_that_is_no_JSON_with_a_key_is_a_dead_letter_and_the_next_is_handled(string line, string reason)
    {
        using var file = new TempFile($"{line}\n{{\"k\":9}}\n");
        var records = await TempFile.ReadAsync(file.Ndjson("k"));
        Assert.Equal(2, records.Count);
        Assert.Contains("Line 1 of ", records[0].Problem, StringComparison.Ordinal);
        Assert.Contains(reason, records[0].Problem, StringComparison.Ordinal);
        Assert.Equal(line, Encoding.UTF8.GetString(records[0].Raw!.Value.Span));
        Assert.Equal("9", records[1].Key);
    }

    [Fact]
    public async Task Of_two_keys_in_a_line_the_last_counts_as_it_does_for_handlers()
    {
        using var file = new TempFile("{\"k\":1,\"k\":2}\n{\"k\":null,\"k\":3}\n{\"k\":4,\"k\":null}\n");
        var records = await TempFile.ReadAsync(file.Ndjson("k"));
        Assert.Equal(["2", "3", null], records.Select(r => r.Key));
        Assert.NotNull(records[2].Problem);
    }

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(1_000, false)]
    public async Task Nesting_gets_the_verdict_that_it_gets_elsewhere(int depth, bool good)
    {
        using var file = new TempFile($"{{\"k\":1,\"d\":{new string('[', depth)}{new string(']', depth)}}}\n{{\"k\":2}}\n");
        var records = await TempFile.ReadAsync(file.Ndjson("k"));
        Assert.Equal(good, records[0].Problem is null);
        Assert.Equal("2", records[1].Key);
    }

    [Theory]
    [InlineData(100, "\n")]
    [InlineData(100, "\r\n")]
    [InlineData(100, "")]
    [InlineData(101, "\n")]
    [InlineData(101, "\r\n")]
    [InlineData(101, "")]
    [InlineData(300_000, "\n")]
    public async Task A_line_of_exactly_the_limit_is_an_event_and_one_byte_more_is_not(int size, string end)
    {
        var line = $"{{\"k\":\"{new string('x', size - 8)}\"}}";
        using var file = new TempFile(line + end);
        var record = Assert.Single(await TempFile.ReadAsync(file.Ndjson("k", limit: 100)));
        Assert.Equal(size <= 100, record.Problem is null);
        Assert.True(size <= 100 || record.Problem!.Contains($"has {size} bytes, the limit is 100", StringComparison.Ordinal), record.Problem);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_make_the_line_a_dead_letter()
    {
        using var file = new TempFile([.. "{\"k\":1,\"d\":\""u8, 0xC3, 0x28, .. "\"}\n{\"k\":2}\n"u8]);
        var records = await TempFile.ReadAsync(file.Ndjson("k"));
        Assert.Contains("byte 13 of the record, 0xC3", records[0].Problem, StringComparison.Ordinal);
        Assert.Equal("2", records[1].Key);
    }
}
