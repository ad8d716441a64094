//! Which survey is meant, and what is known of the answers to a plan's questions.

use crate::{
    check::Checked,
    journal::{
        HostError, leg,
        sqlite::{Pinned, Store},
        survey::{Stage, Survey},
    },
    plan::{
        answers::{Answers, Question},
        given::Given,
    },
    source::Source,
};

use crate::cli::{
    at_site::{AtSite, failed},
    exit::Exit,
    screen::Screen,
    text::pinned,
};

/// Where the answers to the questions of a plan are.
#[derive(Debug)]
pub(in crate::cli) enum Found {
    /// In a run that is under way, or is done: it goes on with what it began with.
    Run(Answers),
    /// In a survey that is open.
    Survey(Box<Survey>),
    /// Nowhere: nobody was asked yet.
    Nothing,
    /// In a run that was entered and did not begin, for another text of its plan.
    Stale(String),
}

/// The questions that people are asked before a run: those that say how long they have, and that are not answered
/// elsewhere.
pub(in crate::cli) fn asking(checked: &Checked) -> impl Iterator<Item = &Question> {
    checked.plan().questions.iter().filter(|question| question.within.is_some())
}

/// Whether a survey is for this text of the plan.
pub(in crate::cli) fn is_for(survey: &Survey, checked: &Checked) -> bool {
    let plan = checked.plan();
    (&survey.plan_text, &survey.plan_files) == (&plan.source.text, &plan.files)
}

impl Found {
    /// What a journal says of this plan; `again` asks for another run of it.
    fn of(store: &Store, at: &AtSite, (checked, again): (&Checked, bool)) -> Result<Self, HostError> {
        let plan = checked.plan();
        let runs = store.runs()?;
        let run = at.meant(&runs, Some(&plan.name));
        let is_text =
            |pinned: &Pinned| (&pinned.plan_text, &pinned.plan_files) == (&plan.source.text, &plan.files);
        // What it was asked and began with; where it was asked nothing, nothing is added to what is given.
        let kept = |pinned: &Pinned| -> Result<Option<Answers>, HostError> {
            Ok(store.survey(&pinned.run)?.map(|_| Given::kept(&pinned.parameters).answers))
        };
        if let Some(pinned) = run.filter(|pinned| !pinned.finished) {
            let kept = kept(pinned)?;
            if kept.is_some() && !is_text(pinned) && !store.has_begun(&pinned.run)? {
                return Ok(Self::Stale(pinned.run.clone()));
            }
            return Ok(Self::Run(kept.unwrap_or_default()));
        }
        let is_meant = |survey: &Survey| {
            survey.plan_name == plan.name && at.run.as_ref().is_none_or(|meant| leg::run(meant) == survey.run)
        };
        if let Some(survey) = store.open_surveys()?.into_iter().find(is_meant) {
            return Ok(Self::Survey(Box::new(survey)));
        }
        match run.filter(|_| !again) {
            Some(pinned) if pinned.plan == plan.digest() => Ok(Self::Run(Answers::new())),
            Some(pinned) if is_text(pinned) => Ok(kept(pinned)?.map_or(Self::Nothing, Self::Run)),
            _ => Ok(Self::Nothing),
        }
    }

    /// The same of a journal that may not be there; nothing is written.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(in crate::cli) fn look(at: &AtSite, about: (&Checked, bool)) -> Result<Self, HostError> {
        let path = at.journal();
        if !path.exists() {
            return Ok(Self::Nothing);
        }
        Store::look(&path, |store| Self::of(&store, at, about))
    }
}

/// Reads a plan with what is known of the answers to its questions: those of its run, or of the survey that is open, which
/// is told too.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(in crate::cli) fn read(
    at: &AtSite,
    (source, given): (&Source, Given),
    screen: &mut Screen,
) -> Result<(Checked, Given, Option<Box<Survey>>), Exit> {
    let checked = pinned(source, &given, screen)?;
    if asking(&checked).next().is_none() {
        return Ok((checked, given, None));
    }
    let found = Found::look(at, (&checked, false)).map_err(|error| failed(&error, screen))?;
    let (known, survey) = match found {
        Found::Run(kept) => (with(&given, kept), None),
        Found::Survey(survey) => {
            let answers = survey.answers(&given.answers);
            (Given { answers, ..given.clone() }, Some(survey))
        }
        Found::Nothing | Found::Stale(_) => return Ok((checked, given, None)),
    };
    Ok((pinned(source, &known, screen)?, known, survey))
}

/// What is given, and the answers of a run where it gives none.
pub(in crate::cli) fn with(given: &Given, kept: Answers) -> Given {
    Given { answers: kept.into_iter().chain(given.answers.clone()).collect(), ..given.clone() }
}

/// The open survey that is meant where no plan is named: that of `--run`, or else the youngest, if no run is younger.
///
/// # Errors
/// When the journal cannot be read.
pub(in crate::cli) fn meant(at: &AtSite) -> Result<Option<Survey>, HostError> {
    let path = at.journal();
    if !path.exists() {
        return Ok(None);
    }
    Store::look(&path, |store| {
        let open = store.open_surveys()?;
        if let Some(run) = &at.run {
            return Ok(open.into_iter().find(|survey| survey.run == leg::run(run)));
        }
        let Some(survey) = open.into_iter().next() else { return Ok(None) };
        let youngest = store.youngest(|_, _| true)?;
        Ok(Some(survey).filter(|survey| youngest.is_none_or(|run| run.started < survey.opened)))
    })
}

/// The survey that somebody names by its run, by its plan or by the file of that: the one that is open, or else the
/// last one.
///
/// # Errors
/// When the journal cannot be read.
pub(in crate::cli) fn called(store: &Store, called: &str) -> Result<Option<Survey>, HostError> {
    if let Some(survey) = store.survey(called)? {
        return Ok(Some(survey));
    }
    let mut found = store.surveys()?;
    found.retain(|survey| survey.plan_name == called || survey.plan_file == called);
    let open = found.iter().position(|survey| survey.stage == Stage::Open);
    let place = open.unwrap_or(0);
    Ok(if place < found.len() { Some(found.swap_remove(place)) } else { None })
}
