using System.Text;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>CSV as people export it.</summary>
public sealed class CsvTests
{
    [Fact]
    public async Task A_row_becomes_a_JSON_object_of_its_columns_with_the_text_of_the_file()
    {
        using var file = new TempFile("InvoiceNo,Quantity,Price\n536365, 6,2.50\nC1,-1,\n");
        var records = await TempFile.ReadAsync(file.Csv("InvoiceNo"));
        Assert.Equal(["""{"InvoiceNo":"536365","Quantity":" 6","Price":"2.50"}""", """{"InvoiceNo":"C1","Quantity":"-1","Price":""}"""], records.Select(r => r.Text()));
        Assert.Equal(["536365", "C1"], records.Select(r => r.Key));
        Assert.Equal([2, 3], records.Select(r => r.Line));
        Assert.Equal(new FileInfo(file.Path).Length, records[^1].EndOffset);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_a_quoted_column_name()
    {
        using var file = new TempFile([0xEF, 0xBB, 0xBF, .. "\"InvoiceNo\",\"Description\"\r\n1,a\r\n"u8]);
        Assert.Equal("""{"InvoiceNo":"1","Description":"a"}""", Assert.Single(await TempFile.ReadAsync(file.Csv("InvoiceNo"))).Text());
    }

    [Theory]
    [InlineData("a,b\r\n1,2\r\n3,4\r\n")]
    [InlineData("a,b\n1,2\n3,4\n")]
    [InlineData("a,b\r1,2\r3,4\r")]
    [InlineData("a,b\r\n1,2\r3,4\n")]
    [InlineData("a,b\n1,2\n3,4")]
    [InlineData("a,b\r1,2\r\n3,4\r")]
    public async Task Line_ends_of_all_kinds_and_none_at_the_end_give_the_same_rows_and_numbers(string content)
    {
        using var file = new TempFile(content);
        var records = await TempFile.ReadAsync(file.Csv());
        Assert.Equal(["""{"a":"1","b":"2"}""", """{"a":"3","b":"4"}"""], records.Select(r => r.Text()));
        Assert.Equal([2, 3], records.Select(r => r.Line));
        Assert.Equal(content.Length, records[^1].EndOffset);
    }

    [Fact]
    public async Task Blank_lines_are_passed_over_and_counted()
    {
        using var file = new TempFile("\n\na,b\n\n1,2\r\n\r\n3,4\n\n\n");
        Assert.Equal([5, 7], (await TempFile.ReadAsync(file.Csv())).Select(r => r.Line));
    }

    [Theory]
    [InlineData("1,2", 2)]
    [InlineData("1,2,3,4", 4)]
    [InlineData("1,2,3,", 4)]
    [InlineData("1", 1)]
    [InlineData(" ", 1)]
    public async Task A_row_of_another_length_is_a_dead_letter_with_line_and_both_counts_and_the_next_one_is_handled(string bad, int fields)
    {
        using var file = new TempFile($"a,b,c\n1,2,3\n{bad}\n4,5,6\n");
        var records = await TempFile.ReadAsync(file.Csv());
        Assert.Equal(3, records.Count);
        Assert.Contains("Line 3 of ", records[1].Problem, StringComparison.Ordinal);
        Assert.Contains($"{fields} field(s), the header has 3", records[1].Problem, StringComparison.Ordinal);
        Assert.Equal(bad, Encoding.UTF8.GetString(records[1].Raw!.Value.Span));
        Assert.Equal("""{"a":"4","b":"5","c":"6"}""", records[2].Text());
    }

    [Fact]
    public async Task Doubled_quotes_and_quoted_separators_are_text()
    {
        using var file = new TempFile("a,b\n\"a \"\"b\"\"\",\"x,y\"\n\"\",\"\"\"\"\n");
        Assert.Equal(["""{"a":"a \"b\"","b":"x,y"}""", """{"a":"","b":"\""}"""], (await TempFile.ReadAsync(file.Csv())).Select(r => r.Text()));
    }

    [Fact]
    public async Task A_quote_inside_of_an_unquoted_field_is_text()
    {
        using var file = new TempFile("a,b\nPLATE 12\" BLUE,1\n12\",2\n");
        Assert.Equal(["""{"a":"PLATE 12\" BLUE","b":"1"}""", """{"a":"12\"","b":"2"}"""], (await TempFile.ReadAsync(file.Csv())).Select(r => r.Text()));
    }

    [Fact]
    public async Task Text_behind_a_closing_quote_makes_that_line_a_dead_letter_and_no_other()
    {
        using var file = new TempFile("a,b\n\"x\"y,1\n2,3\n");
        var records = await TempFile.ReadAsync(file.Csv());
        Assert.Contains("Line 2 of ", records[0].Problem, StringComparison.Ordinal);
        Assert.Contains("behind the closing quote of field 1", records[0].Problem, StringComparison.Ordinal);
        Assert.Equal("""{"a":"2","b":"3"}""", records[1].Text());
    }

    [Fact]
    public async Task A_line_break_inside_quotes_is_one_record_whose_number_is_its_last_line()
    {
        using var file = new TempFile("a,b\n\"x\ny\r\nz\",1\n2,3\n");
        var records = await TempFile.ReadAsync(file.Csv());
        Assert.Equal("""{"a":"x\ny\r\nz","b":"1"}""", records[0].Text());
        Assert.Equal((2, 4), (records[0].FirstLine, records[0].Line));
        Assert.Equal(5, records[1].Line);
    }

    [Theory]
    [InlineData("\"WHITE HANGING", false)]
    [InlineData("\"WHITE HANGING", true)]
    [InlineData("\"WHITE \"\"HANGING", false)]
    public async Task A_quote_that_is_never_closed_costs_one_line_and_is_reported_with_it(string field, bool followedByQuotedRows)
    {
        var lines = Enumerable.Range(1, 5_000).Select(i => i == 2 ? $"{i},{field},6,2.55" : followedByQuotedRows && i % 50 == 0 ? $"{i},\"A, \"\"B\"\"\",6,1.00" : $"{i},PLATE,6,2.55");
        using var file = new TempFile("InvoiceNo,Description,Quantity,Price\n" + string.Join('\n', lines) + "\n");
        var records = await TempFile.ReadAsync(file.Csv("InvoiceNo", limit: 1024 * 1024));
        Assert.Equal(5_000, records.Count);
        Assert.Equal(Enumerable.Range(2, 5_000).Select(i => (long)i), records.Select(r => r.Line));
        var bad = Assert.Single(records, r => r.Problem is not null);
        Assert.Equal(3, bad.Line);
        Assert.Contains("Line 3 of ", bad.Problem, StringComparison.Ordinal);
        Assert.Contains("is not closed", bad.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_is_reported_also_where_the_file_is_larger_than_a_record_may_be()
    {
        var lines = Enumerable.Range(1, 5_000).Select(i => i == 2 ? $"{i},\"PLATE,6,2.55" : $"{i},PLATE,6,2.55");
        using var file = new TempFile("InvoiceNo,Description,Quantity,Price\n" + string.Join('\n', lines) + "\n");
        var records = await TempFile.ReadAsync(file.Csv("InvoiceNo", limit: 1_000));
        Assert.Equal(5_000, records.Count);
        Assert.Contains("events.max-bytes = 1000", Assert.Single(records, r => r.Problem is not null).Problem, StringComparison.Ordinal);
    }

    // A stray quote at the end of a field closes, by the letter of RFC 4180, a quote that was left open 200 lines before.
    [Theory]
    [InlineData("200,PLATE 12\",6,2.55")]
    [InlineData("200,PLATE 12\",6,2.55,9")]
    public async Task An_open_quote_that_a_later_stray_quote_closes_does_not_swallow_the_rows_between(string closing)
    {
        var lines = Enumerable.Range(1, 300).Select(i => i == 2 ? "2,\"PLATE,6,2.55" : i == 200 ? closing : $"{i},PLATE,6,2.55");
        using var file = new TempFile("InvoiceNo,Description,Quantity,Price\n" + string.Join('\n', lines) + "\n");
        var records = await TempFile.ReadAsync(file.Csv("InvoiceNo", limit: 1024 * 1024));
        Assert.Equal(300, records.Count);
        Assert.Equal(3, records.First(r => r.Problem is not null).Line);
    }

    [Fact]
    public async Task A_wrong_row_with_a_quoted_line_break_is_one_dead_letter()
    {
        using var file = new TempFile("a,b,c\n\"x\ny\",1\n1,2,3\n");
        var records = await TempFile.ReadAsync(file.Csv());
        Assert.Equal(2, records.Count);
        Assert.Contains("Lines 2 to 3 of ", records[0].Problem, StringComparison.Ordinal);
        Assert.Equal("\"x\ny\",1", Encoding.UTF8.GetString(records[0].Raw!.Value.Span));
    }

    [Fact]
    public async Task Semicolons_are_read_where_they_are_set_and_named_where_they_are_not()
    {
        using var file = new TempFile("InvoiceNo;Quantity\n1;2,5\n");
        Assert.Equal("""{"InvoiceNo":"1","Quantity":"2,5"}""", Assert.Single(await TempFile.ReadAsync(file.Csv("InvoiceNo", ';'))).Text());
        var refused = await Assert.ThrowsAsync<FileFormatException>(() => TempFile.ReadAsync(file.Csv("InvoiceNo")));
        Assert.Contains("no column 'InvoiceNo' (setting key); separated by ',' (setting separator)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1 column(s): InvoiceNo;Quantity", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_names_two_columns_alike_is_refused_with_both_places()
    {
        using var file = new TempFile("a,b,a\n1,2,3\n");
        var refused = await Assert.ThrowsAsync<FileFormatException>(() => TempFile.ReadAsync(file.Csv()));
        Assert.Contains("columns 1 and 3 have the same name 'a'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Latin1_byte_makes_its_row_a_dead_letter_that_names_line_and_byte()
    {
        using var file = new TempFile([.. "a,b\nok,1\nprice "u8, 0xA3, .. "5,2\nok,3\n"u8]);
        var records = await TempFile.ReadAsync(file.Csv());
        Assert.Contains("Line 3 of ", records[1].Problem, StringComparison.Ordinal);
        Assert.Contains("byte 7 of the record, 0xA3 (byte 15 of the file), is not UTF-8", records[1].Problem, StringComparison.Ordinal);
        Assert.Equal("""{"a":"ok","b":"3"}""", records[2].Text());
    }

    [Fact]
    public async Task A_header_that_is_not_UTF8_is_refused_with_the_byte()
    {
        using var file = new TempFile([.. "a,pr"u8, 0xE9, .. "s\n1,2\n"u8]);
        Assert.Contains("0xE9", (await Assert.ThrowsAsync<FileFormatException>(() => TempFile.ReadAsync(file.Csv()))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b\n")]
    [InlineData("a,b")]
    [InlineData("\n\n")]
    public async Task A_file_without_rows_ends_without_records(string content)
    {
        using var file = new TempFile(content);
        Assert.Empty(await TempFile.ReadAsync(file.Csv()));
    }

    [Fact]
    public async Task A_row_without_a_key_is_a_dead_letter_that_names_the_column()
    {
        using var file = new TempFile("a,b\n,2\n1,\n");
        var records = await TempFile.ReadAsync(file.Csv("a"));
        Assert.Contains("the key column 'a' is empty", records[0].Problem, StringComparison.Ordinal);
        Assert.Equal("1", records[1].Key);
    }

    [Theory]
    [InlineData(88, true)]
    [InlineData(89, false)]
    public async Task What_counts_against_the_limit_is_the_JSON_object(int length, bool fits)
    {
        using var file = new TempFile($"a,b\n{new string('x', length)},1\n2,3\n");
        var records = await TempFile.ReadAsync(file.Csv(limit: 104));
        Assert.Equal(2, records.Count);
        Assert.Equal(fits, records[0].Problem is null);
        Assert.Equal(fits ? 104 : 0, records[0].Data.Length);
        Assert.True(fits || records[0].Problem!.Contains("has 105 bytes, the limit is 104", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_huge_line_is_passed_over_in_bounded_memory_and_the_next_row_is_handled()
    {
        using var file = new TempFile("a,b\n" + new string('x', 3_000_000) + ",1\n2,3\n" + new string('y', 1_000_000));
        var records = await TempFile.ReadAsync(file.Csv(limit: 10_000));
        Assert.Equal([2, 3, 4], records.Select(r => r.Line));
        Assert.Contains("has 3000002 bytes, the limit is 10000", records[0].Problem, StringComparison.Ordinal);
        Assert.Equal(64 * 1024, records[0].Raw!.Value.Length);
        Assert.Equal("""{"a":"2","b":"3"}""", records[1].Text());
        Assert.Contains("has 1000000 bytes, the limit is 10000", records[2].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_set_of_the_shop_is_read_whole()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "shop-data", "online-retail.csv");
        Assert.True(File.Exists(path), path);
        var records = await TempFile.ReadAsync(new FileReadOptions { Path = path, KeyColumn = "InvoiceNo" });
        Assert.All(records, r => Assert.Null(r.Problem));
        Assert.Equal(File.ReadLines(path).Count() - 1, records.Count);
        Assert.Equal(Enumerable.Range(2, records.Count).Select(i => (long)i), records.Select(r => r.Line));
    }
}
