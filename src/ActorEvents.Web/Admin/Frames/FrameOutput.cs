using System.Collections.Concurrent;
using System.Globalization;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Frames;

/// <summary>A command's answer as frames: the schema first, then rows up to the limit, the end last. Thread-safe: nodes answer at once.</summary>
/// <param name="node">Who answers; it is the first column of commands that run on each node.</param>
internal sealed class FrameOutput(CommandDefinition command, IFrameSink sink, string node, int limit, TimeProvider time, CancellationToken stop) : ICommandOutput, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<CommandColumn> _columns = command.WrittenColumns;
    private bool _hasSchema;
    private bool _ended;
    private bool _partial;
    private bool _truncated;
    private long _rows;
    private string? _page;
    private CommandExit? _exit;

    public CommandExit Exit => _exit ?? (_partial ? CommandExit.Partial : CommandExit.Ok);

    public ValueTask RowAsync(params object?[] values) => RowLineAsync(FrameLine.Row(_columns, command.PerNode ? node : null, values));

    public ValueTask TextAsync(string text) => LineAsync(FrameLine.Text(text));

    public ValueTask WarnAsync(string message, string? node = null, bool partial = false)
    {
        _partial |= partial;
        return LineAsync(FrameLine.Warn(message, node));
    }

    public void EndWith(CommandExit exit) => _exit = exit;

    public void NextPage(string token) => _page = token;

    public void Dropped(long total) => Dropped(node, total);

    public void Dropped(string by, long total) => _dropped[by] = total;

    public void Dispose() => _turn.Dispose();

    /// <summary>Another node left something out.</summary>
    public void Truncate() => _truncated = true;

    /// <summary>A row that is a frame already.</summary>
    public async ValueTask RowLineAsync(ReadOnlyMemory<byte> line)
    {
        await _turn.WaitAsync(stop);
        try
        {
            await SchemaAsync(stop);

            // A stream's user says himself when it is enough; a paged command counts by itself.
            if (_rows >= limit && !command.Streaming && !command.Paged)
            {
                _truncated = true;
                return;
            }

            _rows++;
            await sink.WriteAsync(line, stop);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The schema, before anything is there to be written: whoever opens a stream knows at once that it stands.</summary>
    public async ValueTask BeginAsync()
    {
        await _turn.WaitAsync(stop);
        try
        {
            await SchemaAsync(stop);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask HeartbeatAsync()
    {
        await _turn.WaitAsync(stop);
        try
        {
            if (!_ended)
            {
                await SchemaAsync(stop);
                await sink.WriteAsync(FrameLine.Heartbeat(_dropped.Values.Sum()), stop);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The end; nothing is written behind it.</summary>
    /// <param name="failure">Why the command was not done; null: it was.</param>
    /// <param name="last">Writes it even if the time for the command is over.</param>
    public async Task EndAsync(CommandException? failure, string? correlationId, CancellationToken last)
    {
        await _turn.WaitAsync(last);
        try
        {
            _ended = true;
            if (failure is null)
            {
                await SchemaAsync(last);
            }
            else
            {
                _exit = failure.Exit;
                await sink.WriteAsync(FrameLine.Error(failure, correlationId), last);
            }

            var count = command.Counted is { } words && failure is null ? string.Create(CultureInfo.InvariantCulture, $"{_rows} {(_rows == 1 ? words.One : words.Many)}") : null;
            await sink.WriteAsync(FrameLine.End(new EndFrame(Exit, _rows, count, _truncated || _page is not null, _page, node, time.GetUtcNow())), last);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask LineAsync(byte[] line)
    {
        await _turn.WaitAsync(stop);
        try
        {
            await SchemaAsync(stop);
            await sink.WriteAsync(line, stop);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask SchemaAsync(CancellationToken until)
    {
        if (!_hasSchema && _columns.Count > 0)
        {
            _hasSchema = true;
            await sink.WriteAsync(FrameLine.Schema(_columns), until);
        }
    }
}
