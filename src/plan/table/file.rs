//! Tables in files beside the plan.

use std::sync::Arc;

use crate::{
    source::{Finding, Source, Spanned, shown},
    syntax::tree::TableDecl,
};

use super::{
    finding::TableFile,
    read::{Cells, Written},
    value::Kind,
};

/// Reads the rows of a file: its text, and its rows with their cells in the order of the columns.
///
/// # Errors
/// When the file cannot be read, is of no known form, or has other columns.
pub(super) fn rows(
    source: &Source,
    decl: &TableDecl,
    name: &Spanned<String>,
    columns: &[(Arc<str>, Kind)],
) -> Result<(String, Vec<Written<'static>>), Finding> {
    let wrong = |why: String, help: &str| -> Finding {
        Box::new(TableFile {
            file: shown(&name.value),
            table: shown(&decl.name.value),
            why,
            help: help.to_owned(),
            at: name.span.into(),
        })
    };
    let text = source.beside(&name.value).map_err(|(why, help)| wrong(why, help))?;
    let text_of_table = text.strip_prefix(crate::syntax::MARK).unwrap_or(&text);
    let ending = name.value.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let read = match ending.as_deref() {
        Some("csv") => csv_rows(text_of_table, columns),
        Some("json") => json_rows(text_of_table, columns),
        _ => {
            return Err(wrong(
                "is of no known form".to_owned(),
                "name a file that ends in `.csv` or `.json`",
            ));
        }
    };
    let columns_help = || {
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("`{}`", shown(name))).collect();
        format!("its columns are {}", names.join(", "))
    };
    let rows = read.map_err(|why| wrong(why, &columns_help()))?;
    let row = |(number, cells): (usize, Vec<String>)| Written {
        place: format!(
            "{} {number} of {}: ",
            if ending.as_deref() == Some("csv") { "line" } else { "row" },
            shown(&name.value)
        ),
        cells: Cells::Texts(cells),
        at: name.span,
    };
    let rows = rows.into_iter().map(row).collect();
    Ok((text, rows))
}

/// Rows with their numbers.
type Numbered = Vec<(usize, Vec<String>)>;

/// For each column of the table, the place in which the file has it.
fn places<'a>(
    columns: &[(Arc<str>, Kind)],
    found: impl Iterator<Item = &'a str>,
) -> Result<Vec<usize>, String> {
    let found: Vec<&str> = found.collect();
    let mut places = Vec::new();
    for (column, _) in columns {
        let mut at = found.iter().enumerate().filter(|(_, name)| ***name == **column);
        match (at.next(), at.next()) {
            (Some((place, _)), None) => places.push(place),
            (Some(_), Some(_)) => return Err(format!("has the column `{}` twice", shown(column))),
            (None, _) => return Err(format!("has no column `{}`", shown(column))),
        }
    }
    match found.iter().find(|name| !columns.iter().any(|(column, _)| **column == ***name)) {
        Some(other) => Err(format!("has a column `{}` that the table has not", shown(other))),
        None => Ok(places),
    }
}

/// Comma separated values, as RFC 4180 has them; the first line names the columns.
fn csv_rows(text: &str, columns: &[(Arc<str>, Kind)]) -> Result<Numbered, String> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|fault| spelt(&fault))?.clone();
    let places = places(columns, header.iter())?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|fault| spelt(&fault))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<String> = if record.len() == header.len() {
            places.iter().filter_map(|place| record.get(*place)).map(str::to_owned).collect()
        } else {
            record.iter().map(str::to_owned).collect()
        };
        rows.push((usize::try_from(line).unwrap_or(usize::MAX), cells));
    }
    Ok(rows)
}

/// What is wrong with the form of a file, without the words of the library.
fn spelt(fault: &csv::Error) -> String {
    let line = fault.position().map(|position| format!(" in line {}", position.line()));
    format!("is no table with commas{}", line.unwrap_or_default())
}

/// A list of objects.
fn json_rows(text: &str, columns: &[(Arc<str>, Kind)]) -> Result<Numbered, String> {
    let list: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(text).map_err(|fault| {
            format!("is no list of objects (line {}, column {})", fault.line(), fault.column())
        })?;
    let mut rows = Vec::new();
    for (number, object) in list.iter().enumerate() {
        let row = number + 1;
        places(columns, object.keys().map(String::as_str)).map_err(|why| format!("{why}, in row {row}"))?;
        let cell = |(column, _): &(Arc<str>, Kind)| match object.get(&**column) {
            Some(serde_json::Value::String(text)) => Ok(text.clone()),
            Some(serde_json::Value::Number(number)) => Ok(number.to_string()),
            _ => Err(format!("has neither a text nor a number for `{}` in row {row}", shown(column))),
        };
        rows.push((row, columns.iter().map(cell).collect::<Result<_, _>>()?));
    }
    Ok(rows)
}
