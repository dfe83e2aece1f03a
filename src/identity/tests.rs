use super::*;

fn git(name: &str, email: &str) -> GitPerson {
    GitPerson { name: name.into(), email: email.into(), commits: 1, is_automation: false }
}

/// An account from `field=value` words.
fn account(words: &[&str]) -> AccountKey {
    let mut account = AccountKey::default();
    for word in words {
        let (field, value) = word.split_once('=').unwrap();
        let value = Some(value.to_owned());
        match field {
            "email" => account.email = value,
            "login" => account.login = value,
            "id" => account.account_id = value,
            "key" => account.api_key_name = value,
            "name" => account.display_name = value,
            _ => panic!("{word}"),
        }
    }
    account
}

fn map(rows: &str) -> Vec<MapRow> {
    parse_map(format!("canonical_email,kind,value\n{rows}").as_bytes()).unwrap()
}

/// What became of one account, in words.
fn found(git: &[GitPerson], account: AccountKey, map: &[MapRow]) -> String {
    let people = resolve(git, &[account], map);
    match people.account[0] {
        Match::Person(id, by) => {
            format!("{} by {}", people.person(id).unwrap().canonical, by.as_str())
        }
        other => format!("{other:?}"),
    }
}

/// The groups of addresses, in words.
fn groups(emails: &[&str], rows: &str) -> Vec<String> {
    let git: Vec<GitPerson> = emails.iter().map(|email| git("Rosa", email)).collect();
    let people = resolve(&git, &[], &map(rows));
    let shown = |person: &Person| {
        let addresses: Vec<&str> = person.addresses.iter().map(String::as_str).collect();
        format!("{}: {}", person.canonical, addresses.join(" "))
    };
    people.persons.iter().map(shown).collect()
}

#[test]
fn equal_names_join_nobody() {
    let two = groups(&["rosa@a.example.com", "rosa@b.example.com"], "");
    assert_eq!(two.len(), 2);
}

#[test]
fn letter_case_makes_no_second_person() {
    assert_eq!(groups(&["Rosa@example.com", "rosa@EXAMPLE.com"], "").len(), 1);
}

#[test]
fn private_addresses_of_one_login_are_one_person() {
    let emails = ["7+rosa@users.noreply.github.com", "rosa@users.noreply.github.com"];
    assert_eq!(groups(&emails, "").len(), 1);
}

#[test]
fn the_number_of_an_account_outlives_its_login() {
    let emails =
        ["7+rosa@users.noreply.github.com", "7+rosalind@users.noreply.github.com"];
    assert_eq!(groups(&emails, "").len(), 1);
}

#[test]
fn a_login_that_changed_hands_joins_nobody() {
    let emails = [
        "7+rosa@users.noreply.github.com",
        "8+rosa@users.noreply.github.com",
        "rosa@users.noreply.github.com",
    ];
    assert_eq!(groups(&emails, "").len(), 3);
    let persons = emails.map(|email| git("Rosa", email));
    assert_eq!(found(&persons, account(&["login=rosa"]), &[]), "Ambiguous");
}

#[test]
fn the_map_joins_addresses_and_names_the_person() {
    assert_eq!(
        groups(
            &["a@x.example.com", "7+ro@users.noreply.github.com", "z@x.example.com"],
            "z@x.example.com,git_email,A@x.example.com\nz@x.example.com,github_login,Ro\n",
        ),
        [
            "z@x.example.com: 7+ro@users.noreply.github.com a@x.example.com z@x.example.com"
        ]
    );
}

#[test]
fn an_address_that_the_map_gives_to_two_is_nobodys() {
    let rows = map("a@x.org,git_email,c@x.org\nb@x.org,git_email,c@x.org\n");
    let persons = [git("C", "c@x.org"), git("A", "a@x.org")];
    let people = resolve(&persons, &[account(&["email=c@x.org"])], &rows);
    assert_eq!(people.git_person, [None, Some(IdentityId(0))]);
    assert_eq!(people.account, [Match::Ambiguous]);
    assert_eq!(people.disputed, BTreeSet::from(["c@x.org".to_owned()]));
}

#[test]
fn bots_and_automation_never_become_people() {
    let mut agent = git("Claude", "noreply@anthropic.com");
    agent.is_automation = true;
    let app = git("app", "1+App[bot]@users.noreply.github.com");
    let people = resolve(&[agent, app, git("", "")], &[], &[]);
    assert_eq!(people.git_person, [None, None, None]);
    assert!(people.persons.is_empty());
}

#[test]
fn accounts_find_people_by_the_first_key_that_fits() {
    let persons = [
        git("Rosa Lind", "rosa.lind@example.com"),
        git("Ben Ode", "7+ben@users.noreply.github.com"),
    ];
    let rows =
        map("ida@example.com,account_id,user_1\nida@example.com,iam_arn,arn:aws:x\n");
    let check = |words: &[&str], expected: &str| {
        assert_eq!(found(&persons, account(words), &rows), expected, "{words:?}");
    };
    check(&["email=Rosa.Lind@Example.com"], "rosa.lind@example.com by email");
    check(&["login=Ben"], "7+ben@users.noreply.github.com by login");
    check(&["id=user_1", "email=rosa.lind@example.com"], "ida@example.com by map");
    check(&["id=arn:aws:x"], "ida@example.com by map");
    check(&["id=USER_1"], "Unmatched");
    check(&["key=claude_code_key_rosa.lind_q7fz"], "rosa.lind@example.com by key_name");
    check(&["key=claude_code_key_rosa.lind"], "Unmatched");
    check(
        &["id=arn:aws:sts::1:assumed-role/R/rosa.lind@example.com"],
        "rosa.lind@example.com by principal",
    );
    check(&["email=someone@example.com"], "Unmatched");
    check(&["name=Rosa Lind"], "Unmatched");
}

#[test]
fn services_are_nobodys() {
    let persons = [git("Rosa", "rosa@example.com")];
    let check = |words: &[&str], expected: &str| {
        assert_eq!(found(&persons, account(words), &[]), expected, "{words:?}");
    };
    check(&["key=github-actions-ci", "email=rosa@example.com"], "Service");
    check(&["key=Team shared"], "Service");
    check(&["login=dependabot[bot]"], "Service");
    check(&["email=1+x[bot]@users.noreply.github.com"], "Service");
    check(&["key=rosa-laptop", "email=rosa@example.com"], "rosa@example.com by email");
    let mut service = account(&["email=rosa@example.com"]);
    service.kind = AccountKind::ServiceAccount;
    assert_eq!(found(&persons, service, &[]), "Service");
}

#[test]
fn the_map_may_give_a_key_that_looks_shared_to_a_person() {
    let rows = map("rosa@example.com,api_key_name,ci-key\n");
    assert_eq!(found(&[], account(&["key=ci-key"]), &rows), "rosa@example.com by map");
}

#[test]
fn a_key_name_that_fits_two_people_is_ambiguous() {
    let persons = [git("A", "rosa@a.example.com"), git("B", "rosa@b.example.com")];
    let key = account(&["key=claude_code_key_rosa_abcd"]);
    assert_eq!(found(&persons, key, &[]), "Ambiguous");
}

#[test]
fn names_as_shown_only_suggest() {
    let persons =
        [git("Rosa Lind", "rosa@example.com"), git("R", "7+ro@users.noreply.github.com")];
    let accounts =
        [account(&["name=rosa  LIND"]), account(&["email=rosa@example.com", "login=ro"])];
    let people = resolve(&persons, &accounts, &[]);
    let (ro, rosa) = (IdentityId(0), IdentityId(1));
    assert_eq!(people.account[0], Match::Unmatched);
    assert_eq!(
        people.suggestions,
        [
            Suggestion::SameName { account: 0, person: rosa },
            Suggestion::SameAccount { account: 1, person: rosa, other: ro },
        ]
    );
}

#[test]
fn the_order_of_inputs_does_not_show() {
    let persons = [
        git("B", "7+ben@users.noreply.github.com"),
        git("A", "a@example.com"),
        git("B", "ben@users.noreply.github.com"),
        git("C", "c@example.com"),
    ];
    let rows = map("c@example.com,git_email,a@example.com\n");
    let forward = resolve(&persons, &[], &rows);
    let mut reversed = persons.to_vec();
    reversed.reverse();
    let backward = resolve(&reversed, &[], &rows);
    assert_eq!(forward.persons, backward.persons);
    let mut git_person = backward.git_person;
    git_person.reverse();
    assert_eq!(forward.git_person, git_person);
}

#[test]
fn addresses_that_are_no_text_stay_apart() {
    let mut one = git("A", "");
    one.email = b"a\xff@x.org".to_vec();
    let mut other = git("A", "");
    other.email = b"a\xfe@x.org".to_vec();
    assert_eq!(resolve(&[one, other], &[], &[]).persons.len(), 2);
}

#[test]
fn an_address_may_stand_for_another_where_the_map_says_so_and_nowhere_else() {
    let git = [git("Rosa", "rosa@example.com")];
    let of = |email: &str, rows: &str| {
        found(&git, account(&[&format!("email={email}")]), &map(rows))
    };
    let aliases =
        "@example.com,domain_alias,@corp.example\n@example.com,plus_addresses,yes\n";
    for email in ["Rosa@corp.example", "rosa+cursor@example.com", "rosa+x@corp.example"] {
        assert_eq!(of(email, aliases), "rosa@example.com by alias", "{email}");
        assert_eq!(of(email, ""), "Unmatched", "{email}");
    }
    assert_eq!(of("ros+a@other.example", aliases), "Unmatched");
    for rows in ["example.com,domain_alias,@b.c\n", "@example.com,git_email,a@b.c\n"] {
        let text = format!("canonical_email,kind,value\n{rows}");
        assert!(parse_map(text.as_bytes()).is_err(), "{rows}");
    }
}
