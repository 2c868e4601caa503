using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Connections;

/// <summary>The routes of one node's admin service.</summary>
internal sealed class NodeClient(Endpoint endpoint, string? token, Terminal terminal) : IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private const int MaxPalettes = 8 * 1024 * 1024;

    private readonly NodeConnection _connection = new(endpoint, token, terminal.Time);
    private readonly PaletteCache _cache = PaletteCache.Of(terminal);
    private PaletteSet? _palettes;

    public Endpoint Endpoint => endpoint;

    /// <summary>Asked for once; of the cache where the node says that it is still right.</summary>
    /// <exception cref="ConsoleFailure">69: no such service, or of another version; 77: token.</exception>
    public async Task<PaletteSet> PalettesAsync(CancellationToken cancellationToken) => _palettes ??= await DownloadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The next one who wants the palettes asks the node whether they are still right.</summary>
    public void Forget() => _palettes = null;

    /// <summary>Ends where the connection does: without a frame <c>end</c> the output is not complete.</summary>
    /// <param name="silence">The connection counts as cut when nothing came for so long.</param>
    public async IAsyncEnumerable<Frame> ExecAsync(ExecRequest request, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/exec") { Content = new ReadOnlyMemoryContent(request.ToBody()) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var response = await _connection.SendAsync(message, silence, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await RefusedAsync(response, cancellationToken).ConfigureAwait(false);
        }

        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await ReadLineAsync(lines, silence, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0)
            {
                yield return ReadFrame(line);
            }
        }
    }

    /// <summary>None where the node does not answer: a completion that fails must not disturb what is typed.</summary>
    public async Task<IReadOnlyList<string>> CompleteAsync(string palette, string command, string parameter, string prefix, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(
                HttpMethod.Get, $"/v1/complete?palette={Uri.EscapeDataString(palette)}&command={Uri.EscapeDataString(command)}&parameter={Uri.EscapeDataString(parameter)}&prefix={Uri.EscapeDataString(prefix)}");
            using var response = await _connection.SendAsync(message, TimeSpan.FromSeconds(2), cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK && ProtocolJson.Read(await BodyAsync(response, cancellationToken).ConfigureAwait(false), ProtocolJson.CompletionValues)?.Values is { } values ? values : [];
        }
        catch (ConsoleFailure)
        {
            return [];
        }
    }

    public void Dispose() => _connection.Dispose();

    private async Task<PaletteSet> DownloadAsync(CancellationToken cancellationToken)
    {
        var cached = _cache.Find(endpoint, token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/palettes");
        if (cached is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", cached.Value.ETag);
        }

        using var response = await _connection.SendAsync(request, AnswerWithin, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotModified && cached is not null)
        {
            return Checked(cached.Value.Body);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await RefusedAsync(response, cancellationToken).ConfigureAwait(false);
        }

        var body = await BodyAsync(response, cancellationToken).ConfigureAwait(false);
        var palettes = Checked(body);
        if (response.Headers.ETag is { } etag)
        {
            _cache.Store(endpoint, token, etag.ToString(), body, terminal.Time.GetUtcNow());
        }

        return palettes;
    }

    private PaletteSet Checked(ReadOnlyMemory<byte> body)
    {
        var set = ProtocolJson.Read(body, ProtocolJson.PaletteSet);
        if (set is not { Palettes: not null, Version: > 0 })
        {
            throw _connection.SomethingElse("its answer holds no palettes");
        }

        return set.Version == PaletteSet.Supported
            ? set
            : throw ConsoleFailure.Unreachable(
                $"{endpoint.Name} ({endpoint.From}) speaks version {set.Version} of the console's protocol, this aectl version {PaletteSet.Supported}.",
                set.Version > PaletteSet.Supported ? $"Install the aectl of {set.Product} {set.ProductVersion}." : "Use an older aectl, or update the node.");
    }

    private async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AnswerWithin, terminal.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await body.ReadAsync(buffer, either.Token).ConfigureAwait(false) is > 0 and var read)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxPalettes)
                {
                    throw _connection.SomethingElse($"its answer is longer than {MaxPalettes:N0} bytes");
                }
            }

            return bytes.ToArray();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw _connection.SomethingElse($"its answer did not end within {AnswerWithin.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw _connection.SomethingElse("its answer broke off");
        }
    }

    private async Task<ConsoleFailure> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var refusal = ProtocolJson.Read(await BodyAsync(response, cancellationToken).ConfigureAwait(false), ProtocolJson.Refusal);
        if (refusal is not { Message: not null, Code: not null })
        {
            return status is 401 or 403
                ? new ConsoleFailure(ExitCodes.NotAllowed, "not-allowed", $"{endpoint.Name} refuses this token (HTTP {status}).", "Give the token of a sufficient role in AECTL_TOKEN or with --token-file FILE.")
                : _connection.SomethingElse($"it answers HTTP {status}");
        }

        return new ConsoleFailure(
            refusal.Exit ?? (status is 401 or 403 ? ExitCodes.NotAllowed : status == 429 ? ExitCodes.TimedOut : ExitCodes.Unavailable), refusal.Code, refusal.Message,
            refusal.Hint ?? (status == 401 && token is null ? "A port asks for a token: AECTL_TOKEN or --token-file FILE." : null));
    }

    private Frame ReadFrame(string line) =>
        ProtocolJson.Read(Encoding.UTF8.GetBytes(line), ProtocolJson.Frame) ?? throw _connection.SomethingElse("a line of its answer is no JSON object");

    private async Task<string?> ReadLineAsync(StreamReader lines, TimeSpan silence, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(silence, terminal.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await lines.ReadLineAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }
}
