using ActorEvents.Aectl.Output;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Running;

/// <summary>Asks before what destroys something; where nobody can be asked, it says which switch to give and waits for nothing.</summary>
internal sealed class Confirmation(FrameRelay relay, Terminal terminal)
{
    /// <summary>Null: go on. Else how the command ended.</summary>
    public async Task<CommandResult?> AskAsync(Invocation invocation, ExecRequest request, CancellationToken cancellationToken)
    {
        if (!terminal.CanAsk)
        {
            throw new ConsoleFailure(
                ExitCodes.Usage, "confirmation-needed", $"'{invocation.Name}' destroys something, and nobody can be asked here.", "Give --yes if it is meant, or --dry-run to see what it would do.", "--yes");
        }

        // What would be done stands on the terminal, not in the output of what is done.
        var output = RowOutputs.Create(invocation.Settings with { Output = OutputForm.Table }, terminal.Error, terminal.Width(), streaming: false, terminal.Time);
        var dry = await relay.RunAsync(invocation, request with { DryRun = true }, output, terminal.Error, cancellationToken).ConfigureAwait(false);
        var hasNone = dry.Errors is [{ Code: "usage", Field: "dryRun" }, ..];
        if (dry.Exit != ExitCodes.Ok && !hasNone && !NeedsName(dry))
        {
            return dry;
        }

        terminal.Error.Write($"{SafeText.Escape(Line(invocation))}: do it? [y/N] ");
        await terminal.Error.FlushAsync(cancellationToken).ConfigureAwait(false);
        var answer = await AnswerReader.ReadAsync(terminal, cancellationToken).ConfigureAwait(false);
        return answer is "y" or "Y" or "yes"
            ? null
            : throw new ConsoleFailure(ExitCodes.Failed, "not-confirmed", "Nothing was done.");
    }

    /// <summary>The system's name, typed by the user; null: nobody can be asked.</summary>
    public async Task<string?> AskNameAsync(CommandResult refused, CancellationToken cancellationToken)
    {
        if (!terminal.CanAsk)
        {
            return null;
        }

        terminal.Error.Write($"{SafeText.Escape(refused.Errors[0].Message)}\nType the system's name to do it nevertheless: ");
        await terminal.Error.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await AnswerReader.ReadAsync(terminal, cancellationToken).ConfigureAwait(false) is { Length: > 0 } name ? name : throw new ConsoleFailure(ExitCodes.Failed, "not-confirmed", "Nothing was done.");
    }

    public static bool NeedsName(CommandResult result) => result.Errors.Any(e => e.Field == "typed");

    private static string Line(Invocation invocation)
    {
        var words = invocation.Arguments.SelectMany(a => (a.Key.Positional, a.Key.Kind) switch
        {
            (true, _) => a.Value,
            (_, "flag") => [$"--{a.Key.Name}"],
            _ => a.Value.Select(v => $"--{a.Key.Name}={(a.Key.Secret ? "…" : v)}"),
        });
        return string.Join(' ', words.Prepend(invocation.Name));
    }
}
