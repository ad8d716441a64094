//! A plan whose roles are asked before its run begins: a survey is opened, and the run begins when everybody has answered,
//! or the time of those who have not is up.

use std::{path::Path, sync::atomic::Ordering, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{
        answered::vain,
        at_site::{AtSite, failed, fitting},
        carried::Carried,
        exit::Exit,
        json::Format,
        screen::Screen,
        stop,
        survey::{
            Surveyed, answers,
            found::{Found, asking, is_for, with},
            waits,
        },
        tally::Tally,
        text::pinned,
        trusted::trusted,
    },
    journal::{
        sqlite::{Store, run_id},
        survey::{Asked, Stage, Survey},
    },
    plan::{answers::Answers, given::Given},
    run::{
        notices::{herald::SiteHerald, postman::Postman},
        site::Site,
    },
    source::{Source, shown},
};

use super::{Arguments, bell::Bell, every_way::every_way};

/// What is to be run, and where.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) at: &'a AtSite,
    pub(super) source: &'a Source,
    pub(super) site: (&'a Site, &'a Source),
    /// Whether it is carried on beside others, which wait and deliver for it.
    pub(super) beside: bool,
}

/// How far it came.
pub(super) enum Met {
    /// Somebody is waited for, or it is to stop.
    Ends(Exit, Option<Timestamp>),
    /// The run can begin, or goes on: with this plan and these answers.
    Begins(Box<Ready>),
}

/// A plan with the answers that it is run with.
pub(super) struct Ready {
    pub(super) checked: Checked,
    pub(super) given: Given,
    /// The survey that they come from, where it ends with this run.
    pub(super) survey: Option<Survey>,
}

/// Asks what is to be asked, and waits for it where that is wanted. A plan that asks nobody by when to answer begins at
/// once.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(super) fn met(
    call: Call<'_>,
    (checked, given): (Checked, Given),
    screen: &mut Screen,
) -> Result<Met, Exit> {
    if asking(&checked).next().is_none() {
        return Ok(Met::Begins(Box::new(Ready { checked, given, survey: None })));
    }
    let mut waiting = Waiting::default();
    loop {
        let again = call.arguments.again;
        match Found::look(call.at, (&checked, again)).map_err(|error| failed(&error, screen))? {
            Found::Stale(run) => {
                let gone = Store::open(&call.at.journal()).and_then(|mut store| store.withdraw(&run));
                gone.map_err(|error| failed(&error, screen))?;
            }
            Found::Run(kept) => {
                let given = with(&given, kept);
                let checked = pinned(call.source, &given, screen)?;
                return Ok(Met::Begins(Box::new(Ready { checked, given, survey: None })));
            }
            Found::Nothing if asking(&checked).all(|question| question.given) => {
                return Ok(Met::Begins(Box::new(Ready { checked, given, survey: None })));
            }
            Found::Nothing => {
                open(call, (&checked, &given, None), screen)?;
            }
            Found::Survey(survey) => {
                let survey = up_to_date(call, (&checked, &given, *survey), screen)?;
                if let Some(met) = waiting.for_answers(call, &given, survey, screen)? {
                    return Ok(met);
                }
            }
        }
    }
}

/// The survey, asking what the plan asks now.
fn up_to_date(
    call: Call<'_>,
    (checked, given, survey): (&Checked, &Given, Survey),
    screen: &mut Screen,
) -> Result<Survey, Exit> {
    for asked in &survey.asked {
        let answer = asked.answers.last().map(|answer| answer.yes);
        if given.answers.get(&asked.name).zip(answer).is_some_and(|(now, before)| *now != before) {
            let (name, role) = (shown(&asked.name), shown(&asked.role));
            screen.talk(format_args!(
                "`{name}` is answered with yes and with no: here and by {role}; leave it out here, or let {role} answer anew"
            ));
            return Err(Exit::Usage);
        }
    }
    let all = with(given, survey.given.clone());
    if is_for(&survey, checked) && survey.given == own(checked, &all.answers) {
        return Ok(survey);
    }
    let is_changed = !is_for(&survey, checked);
    let after = open(call, (checked, &all, Some(&survey)), screen)?;
    let keeps = |asked: &&Asked| {
        let same = |was: &Asked| (&was.name, &was.role, &was.text) == (&asked.name, &asked.role, &asked.text);
        survey.asked.iter().any(same)
    };
    let anew: Vec<String> =
        after.asked.iter().filter(|asked| !keeps(asked)).map(|a| shown(&a.name)).collect();
    if is_changed {
        let anew = if anew.is_empty() {
            "nothing is asked anew".to_owned()
        } else {
            format!("asked anew: {}", anew.join(", "))
        };
        screen.remark(format_args!(
            "the plan was changed since its roles were asked; what it asks in the same words keeps its answers, {anew}"
        ));
    }
    Ok(after)
}

/// What is given for questions that the plan asks.
fn own(checked: &Checked, given: &Answers) -> Answers {
    let mut own = given.clone();
    own.retain(|name, _| checked.plan().questions.iter().any(|question| question.name.value == *name));
    own
}

/// Opens a survey, or lets one go on that asks something else; before that the plan is proved for each way to answer.
fn open(
    call: Call<'_>,
    (checked, given, before): (&Checked, &Given, Option<&Survey>),
    screen: &mut Screen,
) -> Result<Survey, Exit> {
    let (site, text) = call.site;
    vain(given, site, checked, screen)?;
    fitting(checked, (site, text), &call.at.folder(), screen)?;
    trusted(call.at, (site, text), screen)?;
    every_way(call, given, screen)?;
    let (plan, now) = (checked.plan(), WallClock.now());
    let given = own(checked, &given.answers);
    let asked = asking(checked).filter(|question| !given.contains_key(&question.name.value));
    let asked = asked.map(|question| Asked {
        name: question.name.value.clone(),
        role: plan.landscape.roles[question.role].clone(),
        text: question.text.clone(),
        silence: question.silence,
        asked: now,
        due: now.saturating_add(question.within.unwrap_or_default()).unwrap_or(Timestamp::MAX),
        holds: question.holds,
        answers: Vec::new(),
        earlier: None,
    });
    let survey = Survey {
        run: before.map_or_else(|| run_id(&plan.name, now), |before| before.run.clone()),
        plan_name: plan.name.clone(),
        plan_file: call.source.name.clone(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        asked: asked.collect(),
        given,
        opened: now,
        stage: Stage::Open,
        called_off: None,
        last: 0,
    };
    let herald = SiteHerald::of(site);
    let opened = Store::open(&call.at.journal()).and_then(|mut store| {
        let (survey, _) = store.open_survey(&survey, herald.as_deref())?;
        Ok(survey)
    });
    opened.map_err(|error| failed(&error, screen))
}

/// What was said of a survey that is waited for, and what wakes whoever waits.
#[derive(Default)]
struct Waiting {
    said: Vec<String>,
    bell: Option<(Bell, Store)>,
}

impl Waiting {
    /// Ends, or waits; nothing where it is to be looked again.
    fn for_answers(
        &mut self,
        call: Call<'_>,
        given: &Given,
        survey: Survey,
        screen: &mut Screen,
    ) -> Result<Option<Met>, Exit> {
        screen.about(&survey.run);
        let path = call.at.journal();
        let follows = call.arguments.follow && !call.beside;
        if follows && self.bell.is_none() {
            // What comes from here on rings. The journal is looked at once more.
            let bell = Store::open(&path).and_then(|store| Ok((Bell::at(&path)?, store)));
            self.bell = Some(bell.map_err(|error| failed(&error, screen))?);
            return Ok(None);
        }
        let now = WallClock.now();
        if let Some(why) = survey.leap(now) {
            screen.talk(shown(&why.to_string()));
            return Err(Exit::Backend);
        }
        let open: Vec<&Asked> = survey.open(&given.answers, now).collect();
        if open.is_empty() {
            let given = Given::at_site(call.site.0.parameters.clone(), survey.answers(&given.answers));
            let checked = pinned(call.source, &given, screen)?;
            screen.remark("the survey is over, and the run begins with what was answered");
            answers(&survey, now).iter().for_each(|line| screen.remark(format_args!("  {line}")));
            let ready = Ready { checked, given, survey: Some(survey) };
            return Ok(Some(Met::Begins(Box::new(ready))));
        }
        let due = open.iter().map(|asked| asked.due).min();
        let tries = if call.beside { None } else { deliver(call, &path, now, screen) };
        let lines = waits(&survey, &given.answers, now);
        let stopped = stop::flag().load(Ordering::Relaxed);
        if follows && !stopped {
            if self.said != lines && screen.is_text() {
                lines.iter().for_each(|line| screen.result(line));
            }
            self.said = lines;
            let next = due.into_iter().chain(tries).min();
            if let Some((bell, _)) = &self.bell {
                bell.wait(
                    next.map(|next| Duration::try_from(next.duration_since(now)).unwrap_or(LEAST).max(LEAST)),
                );
            }
            return Ok(None);
        }
        if screen.is_text() {
            lines.iter().chain(&answers(&survey, now)).for_each(|line| screen.result(line));
        }
        if call.arguments.format == Format::Json {
            let outcome = if stopped { "interrupted" } else { "waiting" };
            let carried = Carried::of(outcome, &Tally::default(), &survey.run);
            let told = Surveyed::of(&survey, &given.answers, now);
            screen.document(&Carried { waits: Some(lines), survey: Some(told), ..carried });
        }
        if stopped {
            screen.talk("interrupted; run again to go on");
            return Ok(Some(Met::Ends(stop::exit(), due)));
        }
        Ok(Some(Met::Ends(Exit::Waiting, due)))
    }
}

/// So long is rested at least.
const LEAST: Duration = Duration::from_secs(1);

/// Delivers what people are to be told, and says when there is something to deliver again, where nobody answers.
fn deliver(call: Call<'_>, path: &Path, now: Timestamp, screen: &mut Screen) -> Option<Timestamp> {
    let (site, _) = call.site;
    if site.notices.is_empty() || stop::flag().load(Ordering::Relaxed) {
        return None;
    }
    let done = Store::open(path).and_then(|store| {
        // Whoever carries on other runs of this journal delivers for all of them.
        let Ok(_alone) = store.alone() else { return Ok(None) };
        Postman::new(site, &call.at.folder(), store).round(now, stop::flag())?;
        Store::open(path)?.next_try()
    });
    match done {
        Ok(next) => next.into_iter().chain(tomorrow(now)).min(),
        Err(error) => {
            screen.talk(format_args!("notices wait for the next call: {}", shown(&error.to_string())));
            tomorrow(now)
        }
    }
}

/// When the next day begins, by which people are told again.
pub(super) fn tomorrow(now: Timestamp) -> Option<Timestamp> {
    let day = now.checked_add(SignedDuration::from_hours(24)).ok()?.to_zoned(TimeZone::UTC);
    Some(day.with().time(Time::midnight()).build().ok()?.timestamp())
}
