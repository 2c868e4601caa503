using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ActorEvents.Node;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Tests.Node;

public sealed partial class StandardErrorTests
{
    /// <summary>Nobody reads: every thread that logged stood still, and SIGTERM did nothing.</summary>
    [Fact]
    public async Task Whoever_writes_into_a_full_pipe_goes_on_and_what_was_dropped_is_said_when_it_is_read_again()
    {
        using var pipe = new Pipe();
        await using var error = new StandardError(pipe);
        for (var i = 0; i < 20_000; i++)
        {
            error.WriteLine($"line {i}");
        }

        Assert.InRange(error.Dropped, 10_000, 20_000);
        pipe.Open();
        error.Flush();
        error.WriteLine("again");
        await Poll.UntilAsync(() => pipe.Text.EndsWith("again\n", StringComparison.Ordinal));
        Assert.Contains("line 0\n", pipe.Text, StringComparison.Ordinal);
        Assert.Contains("line 1\n", pipe.Text, StringComparison.Ordinal);
        Assert.Equal(error.Dropped, Said().Matches(pipe.Text).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)));
    }

    /// <summary>A full disk, a terminal that is gone: a line of the log ended the process.</summary>
    [Fact]
    public async Task What_cannot_be_written_is_dropped_and_counted()
    {
        using var pipe = new Pipe { Fails = true };
        pipe.Open();
        await using var error = new StandardError(pipe);
        error.WriteLine("lost");
        await Poll.UntilAsync(() => error.Dropped == 1);
        pipe.Fails = false;
        error.WriteLine("found");
        error.Flush();
        Assert.EndsWith("found\n", pipe.Text, StringComparison.Ordinal);
    }

    [GeneratedRegex("([0-9]+) write.s. to standard error were dropped", RegexOptions.CultureInvariant)]
    private static partial Regex Said();

    private sealed class Pipe : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly StringBuilder _text = new();

        public volatile bool Fails;

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public void Open() => _open.Set();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _open.Wait();
            if (Fails)
            {
                throw new IOException("No space left on device");
            }

            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(buffer));
            }
        }
    }
}
