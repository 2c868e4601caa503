namespace ActorEvents.Aectl.Parsing;

/// <summary>A switch that every command has.</summary>
/// <param name="Value">What its value is called in help; null: it has none.</param>
/// <param name="Variable">Its environment variable, if it has one.</param>
internal sealed record GlobalOption(string Name, string? Short, string? Value, string Summary, string? Variable = null)
{
    public static readonly GlobalOption Output = new("--output", "-o", "FORM", "table, wide, json, jsonl, tsv or none", "AECTL_OUTPUT");
    public static readonly GlobalOption Columns = new("--columns", null, "A,B", "these columns only, in this order");
    public static readonly GlobalOption Limit = new("--limit", null, "N", "at most so many rows a page", "AECTL_LIMIT");
    public static readonly GlobalOption Page = new("--page", null, "TOKEN", "the page after the one that ended with this token");
    public static readonly GlobalOption Timeout = new("--timeout", null, "10s", "how long the node may try", "AECTL_TIMEOUT");
    public static readonly GlobalOption NoColor = new("--no-color", null, null, "no colour on a terminal, either (NO_COLOR, too)");
    public static readonly GlobalOption Time = new("--time", null, "FORM", "iso, relative or unix", "AECTL_TIME");
    public static readonly GlobalOption Yes = new("--yes", "-y", null, "do not ask before what destroys something");
    public static readonly GlobalOption DryRun = new("--dry-run", null, null, "say what would be done");
    public static readonly GlobalOption Typed = new("--typed", null, "SYSTEM", "the system's name, for what asks for it beside --yes");
    public static readonly GlobalOption Reason = new("--reason", null, "TEXT", "why, for the audit", "AECTL_REASON");
    public static readonly GlobalOption Quiet = new("--quiet", "-q", null, "data only: no headings, no count");
    public static readonly GlobalOption Verbose = new("--verbose", "-v", null, "say on stderr what is asked and how long it takes");
    public static readonly GlobalOption Node = new("--node", null, "ADDR|all", "run it on that node of the cluster", "AECTL_NODE");
    public static readonly GlobalOption Schema = new("--schema", null, null, "print the JSON schema of its output and do nothing");
    public static readonly GlobalOption Watch = new("--watch", null, null, "ask again every 2 s; --watch=5s: every 5 s");

    public static readonly IReadOnlyList<GlobalOption> All = [Output, Columns, Limit, Page, Timeout, NoColor, Time, Yes, DryRun, Typed, Reason, Quiet, Verbose, Node, Schema, Watch];

    public bool Is(string text) => text == Name || text == Short;
}
