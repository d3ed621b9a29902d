import pytest

from receivables_cli.main import parser


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("local up --tick", "machine:local"),
        ("demo --data ledger.csv --seed 7", "demo:demo"),
        ("tick --at 2026-03-01T18:00Z", "operations:tick"),
        ("account C-001.EUR --stack production", "accounts:show_account"),
        ("mailbox --to ada --html n.html", "machine:show_mailbox"),
        (
            "statement C-001.EUR --as-of 2026-03-01 --known-at 2026-04-01T00:00Z --last 9",
            "money:show_statement",
        ),
        ("charges C-001.EUR --at 2026-03-01T18:00Z", "money:show_charges"),
        ("trial-balance", "money:show_trial_balance"),
        ("trial-balance C-001.EUR", "money:show_trial_balance"),
        ("arrangements C-001.EUR", "money:show_arrangements"),
        ("cases", "cases:show_cases"),
        ("approve apr_1 --as finance-2 --reason ok", "cases:decide"),
        ("reject apr_1 --reason no", "cases:decide"),
        ("dlq redrive deliveries", "operations:dlq"),
        ("kill-switch on --reason fire", "operations:kill_switch"),
        ("token finance", "machine:token"),
        ("bank add main --iban DE89370400440532013000", "banking:bank"),
        ("bank import main statement.xml --accept-differences", "banking:bank"),
        ("bank statements main --stack production", "banking:bank"),
        ("payments list", "incoming:payments"),
        ("payments confirm bank/main/ln_1 --candidate 2", "incoming:payments"),
        ("payments return bank/main/ln_1 --id r-1 --amount 5.00 --reason no", "incoming:payments"),
        ("paylink INV-1 --code code.svg", "incoming:show_pay_link"),
        ("reconcile run stripe/main", "reconciling:reconcile"),
        ("reconcile acknowledge dif_1 --reason known", "reconciling:reconcile"),
        ("payouts late", "reconciling:show_payouts"),
        ("replay --stack production", "replaying:replay"),
    ],
)
def test_every_command_is_understood(line: str, run: str) -> None:
    assert parser().parse_args(line.split()).run == run


@pytest.mark.parametrize(
    "line",
    [
        "",
        "tick",
        "tick --at noon",
        "tick --at 2026-03-01T18:00",
        "reject apr_1",
        "approve apr_1 --as ada",
        "statement",
        "statement C-001.EUR --as-of yesterday",
        "statement C-001.EUR --known-at 2026-03-01",
        "charges",
    ],
)
def test_what_is_not_understood_is_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        parser().parse_args(line.split())
    assert refused.value.code == 2
    assert "usage: receivables" in capsys.readouterr().err
