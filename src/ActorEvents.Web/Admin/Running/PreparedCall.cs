using ActorEvents.Web.Admin.Access;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Running;

/// <summary>A call that may be run: it is known, its caller may run it, its arguments are right.</summary>
/// <param name="Timeout">Null: none (a stream).</param>
internal sealed record PreparedCall(ExecRequest Request, Caller Caller, CommandDefinition Command, CommandCall Call, TimeSpan? Timeout)
{
    private static readonly CommandParameter s_timeout = new("timeout", ParameterKind.Duration) { Min = 100, Max = 600_000 };
    private static readonly CommandParameter s_limit = new("limit", ParameterKind.Integer) { Min = 1, Max = 1_000_000 };

    /// <param name="readOnly">The node takes no writes.</param>
    /// <param name="part">A part of another command is asked for, by another node.</param>
    /// <exception cref="CommandException">Whatever is wrong with it.</exception>
    public static PreparedCall Make(ExecRequest request, Caller caller, CommandPalette palette, CommandDefinition command, bool readOnly, bool part = false)
    {
        if (command.Hidden && !part)
        {
            throw new CommandException(CommandExit.Usage, $"Palette '{palette.Name}' has no command '{command.Name}'.", "command");
        }

        Allow(caller, palette, command, readOnly);
        var arguments = CommandCheck.Arguments(command, request.Args);
        var timeout = request.Timeout is null ? command.Streaming ? (TimeSpan?)null : TimeSpan.FromSeconds(10) : Time(request.Timeout);
        if (request.Limit is { } wanted && !(wanted >= s_limit.Min && wanted <= s_limit.Max))
        {
            throw new CommandException(CommandExit.Usage, $"--limit is '{wanted}'; it must be {CommandValues.Form(s_limit)}.", "limit");
        }

        if (request.Page is not null && !command.Paged)
        {
            throw new CommandException(CommandExit.Usage, $"Command '{palette.Name} {command.Name}' has no pages.", "page", "Leave --page out.");
        }

        if (request.Node is "all" && !command.PerNode)
        {
            throw new CommandException(CommandExit.Usage, $"Command '{palette.Name} {command.Name}' runs on one node.", "node", "Leave --node out, or give the address of one.");
        }

        if (command.Effect != CommandEffect.Read && request.DryRun && !command.HasDryRun)
        {
            throw new CommandException(CommandExit.Usage, $"Command '{palette.Name} {command.Name}' has no dry run; nothing was done.", "dryRun", "Leave --dry-run out to do it.");
        }

        if (command.Effect == CommandEffect.Destructive && !request.Confirmed && !request.DryRun)
        {
            throw new CommandException(CommandExit.Usage, $"'{palette.Name} {command.Name}' cannot be taken back, and was not confirmed; nothing was done.", hint: "Add --yes.")
            {
                OwnCode = "confirmation-needed",
            };
        }

        return new PreparedCall(request, caller, command, new CommandCall(palette.Name, command, arguments)
        {
            Limit = request.Limit ?? (command.Paged ? 100 : 10_000),
            Page = request.Page,
            DryRun = request.DryRun,
            Confirmed = request.Confirmed,
            Typed = request.Typed,
            Reason = request.Reason,
            User = caller.User,
        }, timeout);
    }

    private static void Allow(Caller caller, CommandPalette palette, CommandDefinition command, bool readOnly)
    {
        if (readOnly && command.Effect != CommandEffect.Read)
        {
            throw new CommandException(CommandExit.NotAllowed, $"This node takes no changes (admin.read-only = on); '{palette.Name} {command.Name}' is one.", hint: "Ask another node, or change the setting.");
        }

        if (Roles.Needed(command.Effect) is var needed && caller.Role < needed)
        {
            throw new CommandException(
                CommandExit.NotAllowed, $"'{palette.Name} {command.Name}' needs the role {needed.Text()}; the token '{caller.User}' has {caller.Role.Text()}.", hint: "Use a token of that role.");
        }
    }

    private static TimeSpan Time(string text) => CommandValues.Parse(s_timeout, text) as TimeSpan?
        ?? throw new CommandException(CommandExit.Usage, $"--timeout is '{text}'; it must be {CommandValues.Form(s_timeout)}.", "timeout");
}
