//! `keyroll schema`

use schemars::{Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{
    board::Boards,
    certificate::Certificate,
    page::findings::Findings,
    plan::suggest::nearest,
    proof::story::form::StoryFile,
    run::{dry_run::DryRun, notices::card::Posted, site::VERSION as SITE, site_schema},
    source::shown,
};

use super::{
    answer::TakenDown,
    carried::{Carried, Told},
    check::Sound,
    compare::Compared,
    confirm::Act,
    exit::Exit,
    explain::Explained,
    fmt::Formatted,
    graph::sheet::Sheet,
    import::Imported,
    inbox::Inbox,
    json::{Document, mark},
    keystore::{list::Listed, outcome::Changed, record::Recorded, release::Released},
    library::Library,
    new::{Begun, Templates},
    of_run::{amend::Amended, called_off::CalledOff, handover::HandedOver, pause::Paused},
    prove::Judged,
    rehearse::{Enacted, Rehearsal, Staged},
    repair::Mended,
    screen::{Failure, Screen, log::Talk},
    site,
    status::Standings,
    synthesize::Synthesized,
    verify,
    verify_proof::Again,
    watch::Watched,
    why::Reasons,
    written::Written,
};

/// The version of all schemas but those that say another one. A field may be added; none is taken away or
/// changed within a version.
pub const VERSION: u32 = 1;

/// One schema.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is called.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// What is written by it.
    pub about: &'static str,
    /// Makes it.
    pub make: fn() -> Value,
}

/// Every schema by which something is printed.
pub const SCHEMAS: &[Row] = &[
    row::<CalledOff>("`abort`"),
    row::<Act>("`confirm`, `reject` and `retry`"),
    row::<Amended>("`amend`, `skip` and `waive`"),
    row::<TakenDown>("`answer`"),
    row::<Boards>("`board`"),
    row::<Sound>("`check` of a plan that is accepted"),
    row::<Library>("`check` of a folder and `prove --library`"),
    row::<Compared>("`compare`"),
    row::<DryRun>("`dry-run`"),
    row::<Enacted>("`rehearse --story`"),
    row::<Failure>("any command that fails without a result"),
    row::<Told<'static>>("each event of `run` and `rehearse`"),
    row::<Explained>("`explain`"),
    row::<Findings>("any command whose plan or site is refused"),
    row::<Formatted>("`fmt`"),
    row::<Sheet>("`graph`"),
    row::<HandedOver>("`handover`"),
    row::<Imported>("`import`"),
    row::<Inbox>("`inbox`"),
    row::<Listed>("`keystore list` and `keystore show`"),
    row::<Changed>("`keystore create`, `import`, `exchange` and `remove`"),
    row::<Recorded<'static>>("`keystore record`"),
    row::<Released>("`keystore release`"),
    row::<Begun>("`new`"),
    row::<Paused>("`pause` and `resume`"),
    row::<Certificate>("`prove --certificate`, into its file"),
    row::<Judged>("`prove`"),
    row::<Talk>("each line on standard error under `--log-format json`"),
    row::<Mended>("`repair`"),
    row::<Rehearsal>("the last line of `rehearse`"),
    row::<Carried>("the last line of `run`"),
    row::<Staged>("`rehearse --stage`"),
    row::<site::check::Found>("`site check`"),
    row::<site::show::Shown>("`site show` and `site trust`"),
    row::<Standings>("`status`"),
    row::<StoryFile>("`prove --story`, into its file"),
    row::<Synthesized>("`synthesize`"),
    row::<Templates>("`new --list`"),
    row::<verify::Judged>("`verify`"),
    row::<Again>("`verify-proof`"),
    row::<Watched>("each plan of `watch`"),
    row::<Reasons>("`why`"),
    row::<Written>("`sign`, `keystore export` and `request` with `--output`"),
];

/// Every schema of a file that people write.
pub const INPUTS: &[Row] = &[Row {
    name: site_schema::NAME,
    version: SITE,
    about: "`site.toml`, which people write",
    make: site_schema::schema,
}];

/// Every schema by which something is sent.
pub const SENT: &[Row] = &[row::<Posted>("what a webhook of a site is sent")];

const fn row<T: Document>(about: &'static str) -> Row {
    Row { name: T::NAME, version: T::VERSION, about, make: make::<T> }
}

/// The schema of a document, with the mark that the document carries.
fn make<T: Document>() -> Value {
    let schema: Schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    let mark = mark(T::NAME, T::VERSION);
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:{}", mark.replace('/', ":")),
        "title": mark,
        "description": "",
        "type": "object",
        "properties": {"schema": {"const": mark, "description": "By which schema this is written."}},
        "required": ["schema"],
    });
    let (Some(root), Value::Object(found)) = (whole.as_object_mut(), schema.to_value()) else { return whole };
    for (word, value) in found {
        match (root.get_mut(&word), value) {
            (Some(Value::Object(properties)), Value::Object(more)) => properties.extend(more),
            (Some(Value::Array(required)), Value::Array(more)) => required.extend(more),
            (_, value) if word != "title" => drop(root.insert(word, value)),
            _ => {}
        }
    }
    whole
}

impl Document for Posted {
    const NAME: &'static str = Posted::NAME;
}

/// All of them.
fn all() -> impl Iterator<Item = &'static Row> {
    SCHEMAS.iter().chain(SENT).chain(INPUTS)
}

/// Print the JSON schema of what a command prints under `--format json`, of a site, or of what a webhook is sent.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The schema, as in keyroll/check/1 or check; without one, all are listed
    name: Option<String>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let Some(asked) = &arguments.name else {
        for row in all() {
            screen.result(format_args!("{:<22} {}", mark(row.name, row.version), row.about));
        }
        return Exit::Done;
    };
    let named = |row: &&Row| row.name == asked || mark(row.name, row.version) == *asked;
    if let Some(found) = all().find(named) {
        screen.result(format_args!("{:#}", (found.make)()));
        return Exit::Done;
    }
    let near = nearest(asked, all().map(|row| row.name));
    let help = near
        .map_or_else(|| "`keyroll schema` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
    screen.talk(format_args!("there is no schema `{}`: {help}", shown(asked)));
    Exit::Usage
}
