using System.Security.Cryptography;
using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using ActorEvents.Web.Admin.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ActorEvents.Web.Admin.Http;

/// <summary><c>POST /v1/exec</c>: one call, answered by frames.</summary>
internal sealed class ExecEndpoint(CommandRunner runner, Gate gate, TimeProvider time, CancellationToken ending)
{
    /// <summary>Bytes of a request.</summary>
    public const int MostBytes = 64 * 1024;

    private readonly RecordedResults _recorded = new();

    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        using var session = gate.Enter();
        if (session is null)
        {
            await Refusal.WriteAsync(http, 429, CommandExit.TimedOut, $"{Gate.MostSessions} calls are under way at this node, which is the most.", "Ask again, or end one.");
            return;
        }

        if (await BodyAsync(http) is not { } body)
        {
            return;
        }

        PreparedCall prepared;
        try
        {
            prepared = runner.Prepare(ExecRequest.Parse(body), caller);
        }
        catch (CommandException e) when (e.Exit == CommandExit.NotAllowed)
        {
            await Refusal.WriteAsync(http, 403, e.Exit, e.Message, e.Hint);
            return;
        }
        catch (CommandException e)
        {
            await runner.RefuseAsync(e, Answer(http), http.RequestAborted);
            return;
        }

        await RunAsync(http, prepared, body);
    }

    private static BodySink Answer(HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.CacheControl = "no-store";

        // A reader may stop for as long as it likes (a terminal on hold); the buffers behind a stream drop, nothing waits.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return new BodySink(http.Response);
    }

    private async Task RunAsync(HttpContext http, PreparedCall prepared, byte[] body)
    {
        var sink = Answer(http);
        if (prepared.Command.Effect == CommandEffect.Read)
        {
            await runner.RunAsync(prepared, sink, http.RequestAborted, ending);
            return;
        }

        // What changes something goes on to its end, whether its user still waits or not.
        var copy = new RecordedResults.Copy(new LastingSink(sink));
        if (prepared.Request.RequestId is not { Length: > 0 } id)
        {
            await runner.RunAsync(prepared, copy, CancellationToken.None, ending);
            return;
        }

        RecordedResults.Recorded recorded;
        bool isNew;
        try
        {
            recorded = _recorded.Begin(prepared.Caller.User, id, Convert.ToHexString(SHA256.HashData(body)), out isNew);
        }
        catch (CommandException e)
        {
            await runner.RefuseAsync(e, sink, http.RequestAborted);
            return;
        }

        if (isNew)
        {
            try
            {
                await runner.RunAsync(prepared, copy, CancellationToken.None, ending);
            }
            finally
            {
                recorded.End(copy.Frames);
            }
        }
        else if (await recorded.Done.WaitAsync(TimeSpan.FromMinutes(10), time, http.RequestAborted) is { } frames)
        {
            await sink.WriteAsync(frames, http.RequestAborted);
        }
        else
        {
            await runner.RefuseAsync(new CommandException(CommandExit.Precondition, $"The call '{id}' was run; its answer was too large to be kept.", "requestId"), sink, http.RequestAborted);
        }
    }

    private static async Task<byte[]?> BodyAsync(HttpContext http)
    {
        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            return body.ToArray();
        }
        catch (BadHttpRequestException e)
        {
            http.Response.Headers.Connection = "close";
            await (e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Refusal.WriteAsync(http, 413, CommandExit.Usage, $"The request is larger than {MostBytes} bytes.", "Send less.")
                : Refusal.WriteAsync(http, e.StatusCode, CommandExit.BadData, e.Message, null));
            return null;
        }
    }

    private sealed class BodySink(HttpResponse response) : IFrameSink
    {
        public async ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
        {
            await response.Body.WriteAsync(line, stop);
            await response.Body.FlushAsync(stop);
        }
    }

    /// <summary>Takes everything, whether somebody still reads or not.</summary>
    private sealed class LastingSink(IFrameSink sink) : IFrameSink
    {
        private bool _gone;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
        {
            try
            {
                if (!_gone)
                {
                    await sink.WriteAsync(line, stop);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _gone = true;
            }
        }
    }
}
