//! What may be wrong with tables, and with the sentences that are said for each of their rows.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// A kind of column that there is not.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no kind of column `{kind}`")]
#[diagnostic(code(keyroll::unknown_column_kind), help("{help}"))]
pub(super) struct UnknownColumnKind {
    pub(super) kind: String,
    pub(super) help: String,
    #[label("this kind is not known")]
    pub(super) at: SourceSpan,
}

/// A row with too few or too many cells.
#[derive(Debug, Diagnostic, Error)]
#[error("{place}a row of `{table}` has {expected} cells, this one has {found}")]
#[diagnostic(code(keyroll::uneven_row), help("write {columns}, in this order"))]
pub(super) struct UnevenRow {
    /// Which line of a file, if not of the plan.
    pub(super) place: String,
    pub(super) table: String,
    pub(super) expected: usize,
    pub(super) found: usize,
    pub(super) columns: String,
    #[label("this row")]
    pub(super) at: SourceSpan,
}

/// A cell that does not fit its column.
#[derive(Debug, Diagnostic, Error)]
#[error("{place}`{written}` {why}")]
#[diagnostic(code(keyroll::bad_cell), help("the column `{column}` holds {kind}"))]
pub(super) struct BadCell {
    pub(super) place: String,
    pub(super) written: String,
    pub(super) why: String,
    pub(super) column: String,
    pub(super) kind: &'static str,
    #[label("this cell")]
    pub(super) at: SourceSpan,
}

/// Two rows with one name.
#[derive(Debug, Diagnostic, Error)]
#[error("{place}the table `{table}` has two rows `{name}`{before}")]
#[diagnostic(
    code(keyroll::duplicate_row),
    help("its first column tells the rows apart: give each another name")
)]
pub(super) struct DuplicateRow {
    pub(super) place: String,
    pub(super) table: String,
    pub(super) name: String,
    /// Where the first one stands, where that is in a file.
    pub(super) before: String,
    #[label("again here")]
    pub(super) again: SourceSpan,
    #[label("first here")]
    pub(super) first: Option<SourceSpan>,
}

/// A table of which nothing can be said.
#[derive(Debug, Diagnostic, Error)]
#[error("the table `{table}` has no rows")]
#[diagnostic(code(keyroll::empty_table), help("write a row on each line between its braces, or in its file"))]
pub(super) struct EmptyTable {
    pub(super) table: String,
    #[label("nothing would be done for it")]
    pub(super) at: SourceSpan,
}

/// A file with a table that cannot be read.
#[derive(Debug, Diagnostic, Error)]
#[error("the file `{file}` of the table `{table}` {why}")]
#[diagnostic(code(keyroll::table_file), help("{help}"))]
pub(super) struct TableFile {
    pub(super) file: String,
    pub(super) table: String,
    pub(super) why: String,
    pub(super) help: String,
    #[label("this file")]
    pub(super) at: SourceSpan,
}

/// A table that nobody declared.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no table `{name}`")]
#[diagnostic(code(keyroll::unknown_table), help("{help}"))]
pub(super) struct UnknownTable {
    pub(super) name: String,
    pub(super) help: String,
    #[label("not declared")]
    pub(super) at: SourceSpan,
}

/// A column that the table does not have.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no column `{name}` here")]
#[diagnostic(code(keyroll::unknown_column), help("{help}"))]
pub(super) struct UnknownColumn {
    pub(super) name: String,
    pub(super) help: String,
    #[label("not known")]
    pub(super) at: SourceSpan,
}

/// A `$NAME` with two meanings.
#[derive(Debug, Diagnostic, Error)]
#[error("`${name}` would mean two things")]
#[diagnostic(code(keyroll::column_name_taken), help("give the column another name"))]
pub(super) struct ColumnNameTaken {
    pub(super) name: String,
    #[label("this column")]
    pub(super) at: SourceSpan,
    #[label("this has the name already")]
    pub(super) first: SourceSpan,
}

/// A thing that each row would declare again.
#[derive(Debug, Diagnostic, Error)]
#[error("each row of `{table}` would declare `{name}` again")]
#[diagnostic(
    code(keyroll::same_in_each_row),
    help("put the row's name into it, as in `{name}-${table}`, or declare it once, outside of `for each`")
)]
pub(super) struct SameInEachRow {
    pub(super) table: String,
    pub(super) name: String,
    #[label("the same in each row")]
    pub(super) at: SourceSpan,
}

/// A sentence that is said once only.
#[derive(Debug, Diagnostic, Error)]
#[error("`{word}` belongs outside of `for each`")]
#[diagnostic(code(keyroll::misplaced_in_each), help("move the sentence out of the braces: it is said once"))]
pub(super) struct MisplacedInEach {
    pub(super) word: &'static str,
    #[label("this sentence")]
    pub(super) at: SourceSpan,
}

/// A list of nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("no row of `{table}` is meant here")]
#[diagnostic(code(keyroll::no_row), help("change what stands behind `where`, or the rows of the table"))]
pub(super) struct NoRow {
    pub(super) table: String,
    #[label("for none")]
    pub(super) at: SourceSpan,
}

/// More sentences than a plan may have.
#[derive(Debug, Diagnostic, Error)]
#[error("the tables of this plan make {count} sentences of it, and a plan has at most {limit}")]
#[diagnostic(code(keyroll::too_many_instances), help("split the plan, or its largest table"))]
pub(super) struct TooManyInstances {
    pub(super) count: u64,
    pub(super) limit: u64,
    #[label("this makes the most of them")]
    pub(super) at: SourceSpan,
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_column_kind",
        title: "a column of an unknown kind",
        text: "\
Behind the name of a column stands what it holds: `alias`, `date`, `duration`, `name`, `number` or
`text`. The first column has the name of the table, holds a name, and is not listed.

Right:
  table partner with alias : alias, delivery : duration {
    acme, \"orders-acme\", 24h
  }
",
    },
    Explanation {
        code: "uneven_row",
        title: "a row has too few or too many cells",
        text: "\
Each row of a table has a cell for its name, and one for each column behind `with`, separated by
commas.

Right:
  table partner with alias : alias, delivery : duration {
    acme, \"orders-acme\", 24h
    bolt, \"orders-bolt\", 12h
  }
",
    },
    Explanation {
        code: "bad_cell",
        title: "a cell does not fit its column",
        text: "\
An alias and a text stand in quotes, a name, a duration and a number without them. In a file
with commas no quotes are needed. No cell holds a `$`, for what is filled into a sentence is not
read as one again.
",
    },
    Explanation {
        code: "duplicate_row",
        title: "two rows have one name",
        text: "\
The first cell of a row is its name. It tells the rows apart, and with them the steps, keys and
receivers that are made of them.
",
    },
    Explanation {
        code: "empty_table",
        title: "a table has no rows",
        text: "\
Of a table without rows nothing is made, and a plan that does nothing would be proved. Mostly
the wrong file was named.
",
    },
    Explanation {
        code: "table_file",
        title: "a file with a table cannot be read",
        text: "\
A table may lie in a file beside the plan, or in a folder below it. It ends in `.csv` (with
commas; its first line names the columns) or in `.json` (a list of objects with the columns as
members).

Right:
  table partner with alias : alias from \"partners.csv\"
",
    },
    Explanation {
        code: "unknown_table",
        title: "`for each` names no table",
        text: "\
Behind `for each` stands the name of a table.

Right:
  table partner {
    acme
    bolt
  }

  for each partner {
    role admin-$partner
  }
",
    },
    Explanation {
        code: "unknown_column",
        title: "a `$` in a name stands before no column",
        text: "\
A name may hold `$` and the name of a column where it is said for each row of a table: between
the braces of `for each`, or in front of `for each` in a list.

Wrong:
  step tell by admin-$partner {
    inform owner
  }

Right:
  for each partner {
    step tell-$partner by admin-$partner {
      inform owner
    }
  }
",
    },
    Explanation {
        code: "column_name_taken",
        title: "a column has the name of something else",
        text: "\
`$NAME` is a parameter, or a column of a table for the rows of which a sentence is said. Where
one name could be both, or a column of two tables, nothing is guessed.
",
    },
    Explanation {
        code: "same_in_each_row",
        title: "each row would declare the same thing",
        text: "\
What `for each` declares has the name of the row in its own: a `$` and the name of the table.

Wrong:
  for each partner {
    key new
  }

Right:
  for each partner {
    key new-$partner
  }
",
    },
    Explanation {
        code: "misplaced_in_each",
        title: "a sentence does not belong into `for each`",
        text: "The head of the plan, its parameters and its tables are said once, outside of `for each`.",
    },
    Explanation {
        code: "no_row",
        title: "a list has no members",
        text: "\
Behind `where` stands which rows are meant. Where it fits none of them, the list in front of
`for each` would be empty, and nobody would be informed.
",
    },
    Explanation {
        code: "too_many_instances",
        title: "tables make too many sentences",
        text: "\
Each sentence between the braces of `for each` is said for each row, and each list in front of
`for each` has a member for each row; lists within `for each` grow with the square of the table.
A plan may have two million sentences and members in all.
",
    },
];
