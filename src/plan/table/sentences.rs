//! The sentences of a plan one after the other, those for the rows of its tables too, without all of them being
//! there at the same time.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    source::{Finding, Source},
    syntax::tree::{Item, Line, SyntaxTree},
};

use super::{
    again::{Extent, again, is_even},
    each::{Saying, instances},
    read::Table,
    row::{Outside, Row},
};

/// The sentences of a plan.
#[derive(Debug)]
pub enum Sentences<'a> {
    /// As they stand in a tree.
    Written(&'a SyntaxTree),
    /// Some of them for each row of a table.
    Rows(Rows<'a>),
}

/// Sentences that are said for each row of a table, and those that stand beside them.
#[derive(Debug)]
pub struct Rows<'a> {
    tables: Arc<BTreeMap<&'a str, Table>>,
    outside: Arc<Outside>,
    forms: Vec<Form<'a>>,
    findings: Vec<Finding>,
}

/// A sentence that is said for each row, and what it came to for the last one.
#[derive(Debug)]
struct Form<'a> {
    item: &'a Item,
    is_even: bool,
    said: Option<Item>,
    /// Those within a `for each`.
    within: Vec<Self>,
}

impl<'a> Form<'a> {
    fn of(line: &'a Line<Item>) -> Self {
        let within = match &line.node {
            Item::ForEach(each) => each.body.lines.iter().map(Self::of).collect(),
            _ => Vec::new(),
        };
        Self { item: &line.node, is_even: is_even(&line.node), said: None, within }
    }

    /// The same, of which nothing was said yet.
    fn beside(&self) -> Self {
        let within = self.within.iter().map(Self::beside).collect();
        Self { item: self.item, is_even: self.is_even, said: None, within }
    }

    fn has(&self, wanted: fn(&Item) -> bool) -> bool {
        match self.item {
            Item::ForEach(_) => self.within.iter().any(|form| form.has(wanted)),
            item => wanted(item),
        }
    }

    /// How many sentences it makes at most.
    fn count(&self, wanted: fn(&Item) -> bool, tables: &BTreeMap<&str, Table>) -> usize {
        match self.item {
            Item::ForEach(each) => {
                let rows = tables.get(each.every.table.value.as_str()).map_or(0, |table| table.rows.len());
                let within = self.within.iter().map(|form| form.count(wanted, tables));
                rows.saturating_mul(within.fold(0, usize::saturating_add))
            }
            item => usize::from(wanted(item)),
        }
    }
}

/// Whether a sentence can be said for one row after the other: it declares something, or speaks of what is
/// declared, in the words of the core.
fn is_said_alone(item: &Item) -> bool {
    match item {
        Item::ForEach(each) => each.body.lines.iter().all(|line| is_said_alone(&line.node)),
        Item::Role(_) | Item::Key(_) | Item::Group(_) | Item::Window(_) | Item::Fact(_) => true,
        Item::Keystore(_) | Item::Receiver(_) | Item::Flow(_) | Item::Step(_) => true,
        Item::Promise(_) | Item::Finally(_) | Item::Waive(_) | Item::Issued(_) | Item::Typed(_) => true,
        _ => false,
    }
}

impl<'a> Rows<'a> {
    /// Those of a tree with these tables; nothing where some have to be there all at once.
    pub(super) fn of(
        tree: &'a SyntaxTree,
        tables: BTreeMap<&'a str, Table>,
        outside: Outside,
    ) -> Option<Self> {
        let is_alone = tree.items.iter().all(|line| match &line.node {
            Item::ForEach(_) => is_said_alone(&line.node),
            item => !matches!(item, Item::Inner(_) | Item::Thing(_)),
        });
        let forms = || tree.items.iter().map(Form::of).collect();
        let (tables, outside) = (Arc::new(tables), Arc::new(outside));
        is_alone.then(|| Self { tables, outside, forms: forms(), findings: Vec::new() })
    }
}

impl<'a> Sentences<'a> {
    /// The same once more, to be looked at beside these: what is found by them is found by these as well, once all
    /// of each sentence is looked at.
    #[must_use]
    pub fn beside(&self) -> Self {
        match self {
            Self::Written(tree) => Self::Written(tree),
            Self::Rows(Rows { tables, outside, forms, .. }) => Self::Rows(Rows {
                tables: Arc::clone(tables),
                outside: Arc::clone(outside),
                forms: forms.iter().map(Form::beside).collect(),
                findings: Vec::new(),
            }),
        }
    }

    /// Looks at those that are wanted, in the order of the text, and within a `for each` of the rows.
    pub fn each(&mut self, extent: Extent, wanted: fn(&Item) -> bool, mut see: impl FnMut(&Item)) {
        match self {
            Self::Written(tree) => {
                tree.items.iter().map(|line| &line.node).filter(|item| wanted(item)).for_each(see);
            }
            Self::Rows(Rows { tables, outside, forms, findings }) => {
                let mut walk =
                    Walk { saying: Saying::of(tables), around: Vec::new(), extent, wanted, see: &mut see };
                walk.all(forms, &Row::outside(outside));
                findings.extend(walk.saying.found());
            }
        }
    }

    /// How many are wanted, at most.
    #[must_use]
    pub fn count(&self, wanted: fn(&Item) -> bool) -> usize {
        match self {
            Self::Written(tree) => tree.items.iter().filter(|line| wanted(&line.node)).count(),
            Self::Rows(rows) => {
                let counts = rows.forms.iter().map(|form| form.count(wanted, &rows.tables));
                counts.fold(0, usize::saturating_add)
            }
        }
    }

    /// Ends with what is wrong with the tables, or with what is said of their rows, if it was met with. What is
    /// found is told as if all sentences were there.
    ///
    /// # Errors
    /// Every such finding.
    pub fn judged(&self, source: &Source, tree: &SyntaxTree) -> Result<(), Vec<Finding>> {
        match self {
            Self::Rows(rows) if !rows.findings.is_empty() => instances(source, tree).map(drop),
            _ => Ok(()),
        }
    }
}

/// A way through all sentences.
struct Walk<'w, F> {
    saying: Saying<'w>,
    /// The tables whose `for each` a sentence stands in.
    around: Vec<&'w str>,
    extent: Extent,
    wanted: fn(&Item) -> bool,
    see: &'w mut F,
}

impl<'w, F: FnMut(&Item)> Walk<'w, F> {
    fn all(&mut self, forms: &mut [Form<'_>], row: &Row<'w>) {
        for form in forms {
            match form.item {
                Item::ForEach(each) if form.has(self.wanted) => {
                    let Some((name, rows)) = self.saying.rows(&each.every, row) else { continue };
                    self.around.push(name);
                    rows.for_each(|row| self.all(&mut form.within, &row));
                    self.around.pop();
                }
                item if (self.wanted)(item) => self.one(item, form, row),
                _ => {}
            }
        }
    }

    fn one(&mut self, item: &Item, form: &mut Form<'_>, row: &Row<'w>) {
        match &mut form.said {
            // Outside of all tables it is the same each time.
            Some(_) if self.around.is_empty() => {}
            Some(said) if form.is_even => again(row, item, said, self.extent),
            said => *said = self.saying.item(item, row, &self.around),
        }
        if let Some(said) = &form.said {
            (self.see)(said);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{plan::table::each::sentences, syntax::parse};

    const ROWS: &str = "keyroll 1\n\
        plan rows \"Rows\"\n\
        param delivery : duration = 1h\n\
        role ops\n\
        table zone {\n  east\n  west\n}\n\
        table partner with region : name, alias : alias, transit : duration, most : number, from : date, title : text {\n\
        \x20 acme, east, \"orders\", 24h, 2, 2026-12-01, \"Acme Ltd\"\n\
        \x20 bolt-works, west, \"o\", 1h30m, 17, 2027-01-01, \"Bolt\"\n\
        \x20 c, east, \"invoices-and-more\", 7d, 1, 2026-12-24, \"\"\n}\n\
        for each partner {\n\
        \x20 role $partner \"$title\"\n\
        \x20 key $partner-old\n  key $partner-new\n\
        \x20 group of-$partner is ops, $partner\n\
        \x20 keystore vault-$partner of $partner {\n    alias \"$alias\" is $partner-old\n  }\n\
        \x20 receiver r-$partner of $partner {\n    accepts $partner-old\n    accepts at most $most\n  }\n\
        \x20 flow f-$partner of $partner {\n    signs xml with vault-$partner[$alias]\n    sends to r-$partner\n\
        \x20   delivers within $transit\n    deployed\n  }\n\
        \x20 window w-$partner at most $transit\n\
        \x20 fact known-$partner of $partner \"of $title\" set\n\
        \x20 step create-$partner by $partner \"for $title\" {\n    after all\n    takes $transit to $delivery\n\
        \x20   not before $from\n    create $partner-new in vault-$partner as \"$alias-next\"\n  }\n\
        \x20 step told-$partner by ops {\n    waits $transit after create-$partner\n\
        \x20   needs r-$partner accepts $partner-new for each zone\n    inform $partner\n  }\n\
        \x20 promise f-$partner never rejected\n\
        \x20 waive f-$partner interrupted because \"$title knows\"\n\
        \x20 for each zone {\n    step s-$zone-$partner by ops {\n      inform $partner\n    }\n  }\n\
        \x20 for each zone where zone is not east {\n\
        \x20   step $zone-$partner by ops {\n      after told-$partner\n      inform $partner\n    }\n  }\n}\n\
        for each zone {\n  step to-$zone by ops {\n    after s-$zone-$partner for each partner where region is not west\n    inform $partner for each partner where region is $zone\n  }\n}\n\
        step all by ops {\n  inform $partner for each partner\n}\n";

    /// What is said in one go, and what is said one after the other in several.
    fn both(name: &str, text: String) -> Option<[Result<Vec<Item>, String>; 2]> {
        let source = Source::new(name, text);
        let (tree, findings) = parse(&source);
        let (rows, _) = sentences(&source, &tree).ok()?.filter(|_| findings.is_empty())?;
        let told = |found: Vec<Finding>| format!("{found:?}");
        let whole = instances(&source, &tree).map_err(told);
        let whole = whole.map(|said| said.tree.items.iter().map(|line| line.node.clone()).collect());
        let mut said = Sentences::Rows(rows);
        let mut items = Vec::new();
        said.each(Extent::Head, |item| matches!(item, Item::Step(_) | Item::Role(_)), |_| {});
        said.each(Extent::Whole, |_| true, |item| items.push(item.clone()));
        let heads: Vec<_> = items.iter().filter_map(head).collect();
        let mut again = Vec::new();
        said.each(Extent::Head, |item| head(item).is_some(), |item| again.extend(head(item)));
        assert_eq!(again, heads, "{name}");
        assert!(said.count(|_| true) >= items.len(), "{name}");
        Some([whole, said.judged(&source, &tree).map(|()| items).map_err(told)])
    }

    fn head(item: &Item) -> Option<(String, String)> {
        match item {
            Item::Step(step) => Some((step.name.value.clone(), step.role.value.clone())),
            Item::Receiver(owned) => Some((owned.name.value.clone(), owned.owner.value.clone())),
            _ => None,
        }
    }

    #[test]
    fn one_after_the_other_comes_to_the_same_as_all_at_once() {
        let [whole, said] = both("rows", ROWS.to_owned()).unwrap();
        let whole = whole.unwrap();
        assert!(whole.len() > 40, "{}", whole.len());
        assert_eq!(said.unwrap(), whole);
    }

    #[test]
    fn what_is_wrong_is_found_as_all_at_once() {
        for (right, wrong) in [
            ("key $partner-old", "key $partne-old"),
            ("step told-$partner by", "step told by"),
            ("after s-$zone-$partner for each partner", "after s-$zone-$partner for each partners"),
            (
                "inform $partner for each partner where region is $zone",
                "inform $partner for each partner where region is 2",
            ),
            (
                "inform $partner for each partner where region is $zone",
                "inform $partner for each partner where region is south",
            ),
            (
                "needs r-$partner accepts $partner-new for each zone",
                "needs r-$x accepts $partner-new for each zone",
            ),
        ] {
            assert!(ROWS.contains(right), "{right}");
            let [whole, said] = both("rows", ROWS.replace(right, wrong)).unwrap();
            let found = whole.unwrap_err();
            assert!(found.contains("at:"), "{found}");
            assert_eq!(said.unwrap_err(), found, "{wrong}");
        }
    }

    #[test]
    fn the_plans_that_there_are_come_to_the_same_too() {
        let mut folders = vec!["plans".into(), "tests".into()];
        let mut compared = 0;
        while let Some(folder) = folders.pop() {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            for entry in fs::read_dir(root.join(&folder)).unwrap().map(Result::unwrap) {
                let path = Path::new(&folder).join(entry.file_name());
                if entry.file_type().unwrap().is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "renewal") {
                    let Ok(text) = fs::read_to_string(entry.path()) else { continue };
                    let name = root.join(&path).display().to_string();
                    let Some([whole, said]) = both(&name, text) else { continue };
                    assert_eq!(said, whole, "{name}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 10, "{compared}");
    }
}
