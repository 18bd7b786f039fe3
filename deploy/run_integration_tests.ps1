# Starts the service with its engines and workers as containers, runs the smoke suites and jobs through it, and takes all of
# it down: run_integration_tests.sh for PowerShell 7.
#
#   deploy/run_integration_tests.ps1 [-KeepAlive] [-Verbose] [-NoDocker]
#
# It is for PowerShell on Linux, WSL among it, with the clone and the temporary directory on a Linux file system: secrets
# have to belong to the user 1000 and be unreadable for others, which a mounted Windows drive cannot hold.
# -NoDocker is left to the shell script, because botd runs on Linux only.
# Exit status: 0 when all passed, 1 when something failed, 2 for a missing tool or another system than Linux.
param(
    [switch]$KeepAlive,
    [switch]$Verbose,
    [switch]$NoDocker
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$root = Split-Path -Parent $PSScriptRoot
if (-not $IsLinux) {
    [Console]::Error.WriteLine('run_integration_tests: PowerShell 7 on Linux is needed; on Windows run it inside WSL')
    exit 2
}
if ($NoDocker) {
    $options = @('--no-docker')
    if ($KeepAlive) { $options += '--keep-alive' }
    if ($Verbose) { $options += '--verbose' }
    & bash (Join-Path $root 'deploy/run_integration_tests.sh') @options
    exit $LASTEXITCODE
}
if (-not (Get-Command docker -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine('run_integration_tests: not found: docker')
    exit 2
}

if (-not $env:SERVER_PORT) { $env:SERVER_PORT = '18056' }
$url = "http://127.0.0.1:$($env:SERVER_PORT)"
$compose = @('compose', '--project-name', 'botd-integration', '--file', (Join-Path $root 'deploy/docker-compose.yml'))
$everything = @('--profile', 'scale', '--profile', 'dev', '--profile', 'tools')
$work = Join-Path ([IO.Path]::GetTempPath()) "botd-integration.$PID"
New-Item -ItemType Directory -Path $work | Out-Null
$env:SECRETS_DIR = Join-Path $work 'secrets'
$log = Join-Path $work 'runner.log'
$script:passed = 0
$script:failed = [Collections.Generic.List[string]]::new()
$script:ids = [Collections.Generic.List[string]]::new()
$script:headers = @{}

# Runs a program, its output into the log, with -Verbose on the screen too; whether it ended with 0.
function Invoke-Quietly {
    param([string]$Program, [string[]]$Words)
    if ($Verbose) { & $Program @Words 2>&1 | Tee-Object -FilePath $log -Append | Out-Host }
    else { & $Program @Words 2>&1 | Out-File -FilePath $log -Append }
    return $LASTEXITCODE -eq 0
}

function Invoke-Compose { param([string[]]$Words) return Invoke-Quietly 'docker' ($compose + $Words) }

# Asks until it is so, or the seconds are over.
function Wait-Until {
    param([int]$Seconds, [scriptblock]$Condition)
    $deadline = [DateTime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([DateTime]::UtcNow -ge $deadline) { return $false }
        Start-Sleep -Milliseconds 200
    }
    return $true
}

# One line of the result; the first promise that is not kept ends the flow it stands in.
function Assert-Promise {
    param([string]$Promise, [scriptblock]$Condition)
    $kept = $false
    try { $kept = [bool](& $Condition) }
    catch { "$Promise`: $_" | Out-File -FilePath $log -Append }
    if ($kept) {
        $script:passed++
        Write-Host "PASS  $Promise" -ForegroundColor Green
        return
    }
    $script:failed.Add($Promise)
    Write-Host "FAIL  $Promise" -ForegroundColor Red
    throw [OperationCanceledException]::new($Promise)
}

function Invoke-Redis {
    param([string[]]$Words)
    return (& docker @compose exec -T redis redis-cli @Words) -join "`n"
}

function Invoke-Api {
    param([string]$Method, [string]$Path, $Body = $null)
    $call = @{ Method = $Method; Uri = "$url$Path"; Headers = $script:headers; TimeoutSec = 20 }
    if ($null -ne $Body) {
        $call.Body = ConvertTo-Json -Compress $Body
        $call.ContentType = 'application/json'
    }
    return Invoke-RestMethod @call
}

function Test-Ready {
    try { Invoke-Api GET '/ready' | Out-Null; return $true }
    catch { return $false }
}

function New-Jobs {
    param([int]$HowMany, [int]$Count, [string]$Priority)
    foreach ($i in 1..$HowMany) {
        $answer = Invoke-Api POST '/api/accounts/generate' @{ count = $Count; priority = $Priority }
        foreach ($id in $answer.job_ids) { $script:ids.Add($id) }
    }
    return $true
}

function Test-AllCompleted {
    $completed = [Collections.Generic.HashSet[string]]::new()
    foreach ($job in (Invoke-Api GET '/api/jobs?status=completed&limit=1000').jobs) { $completed.Add($job.id) | Out-Null }
    foreach ($id in $script:ids) { if (-not $completed.Contains($id)) { return $false } }
    return $true
}

function Get-AccountCount { return (Invoke-Api GET '/api/accounts?limit=1').pagination.total }

function Test-Beating {
    param([int]$Workers)
    $keys = @((Invoke-Redis 'KEYS', 'botrix:worker:health:*') -split "`n" | Where-Object { $_ })
    return $keys.Count -eq $Workers
}

function Set-Workers {
    param([int]$Workers)
    Invoke-Compose @('up', '--detach', '--no-recreate', '--scale', "worker=$Workers", 'worker') | Out-Null
}

function Start-Services {
    Invoke-Compose ($everything + @('down', '--volumes', '--remove-orphans')) | Out-Null
    # In a container, because the files have to belong to 1000.
    $mounts = @('-v', "$(Join-Path $root 'deploy/docker'):/from:ro", '-v', "${work}:/to")
    if (-not (Invoke-Quietly 'docker' (@('run', '--rm') + $mounts + @('debian:12-slim', '/from/make-secrets', '/to/secrets')))) {
        return $false
    }
    if (-not (Invoke-Compose @('build', 'server', 'worker', 'botctl'))) { return $false }
    if (-not (Invoke-Compose @('up', '--detach', '--wait', 'redis', 'postgres', 'server'))) { return $false }
    $key = & docker run --rm -v "${work}:/to:ro" debian:12-slim cat /to/secrets/admin_key
    $script:headers = @{ 'X-Admin-API-Key' = $key }
    return $true
}

function Invoke-JobsFlow {
    $before = Get-AccountCount
    Assert-Promise 'jobs are accepted without a worker' { New-Jobs 9 2 'normal' }
    $first = "botrix:jobs:status:$($script:ids[0])"
    $normal = $script:ids.Count
    Assert-Promise 'urgent ones, too' { New-Jobs 1 2 'high' }
    $urgent = $script:ids[$normal]
    Assert-Promise 'LLEN botrix:jobs:queue counts them' {
        Wait-Until 10 { (Invoke-Redis 'LLEN', 'botrix:jobs:queue') -eq "$($script:ids.Count)" }
    }
    Assert-Promise 'LRANGE shows the first urgent one first' { (Invoke-Redis 'LINDEX', 'botrix:jobs:queue', '0').Contains($urgent) }
    Assert-Promise 'a job that waits is pending' { (Invoke-Redis 'GET', $first) -eq 'pending' }
    Assert-Promise 'and does not expire' { (Invoke-Redis 'TTL', $first) -eq '-1' }

    Set-Workers 3
    Assert-Promise 'three workers beat' { Wait-Until 60 { Test-Beating 3 } }
    Assert-Promise 'all jobs complete' { Wait-Until 60 { Test-AllCompleted } }
    Assert-Promise 'the list is empty' { Wait-Until 10 { (Invoke-Redis 'LLEN', 'botrix:jobs:queue') -eq '0' } }
    Assert-Promise 'a finished job says so' { Wait-Until 10 { (Invoke-Redis 'GET', $first) -eq 'completed' } }
    Assert-Promise 'has results' { (Invoke-Redis 'EXISTS', "botrix:jobs:results:$($script:ids[0])") -eq '1' }
    Assert-Promise 'and expires within the hour' {
        $left = [int](Invoke-Redis 'TTL', $first)
        ($left -gt 0) -and ($left -le 3600)
    }
    Assert-Promise 'each account exists once' { (Get-AccountCount) - $before -eq 20 }

    Set-Workers 5
    Assert-Promise 'five workers beat' { Wait-Until 60 { Test-Beating 5 } }
    Assert-Promise '150 jobs are accepted' { New-Jobs 50 3 'low' }
    $victim = @(& docker @compose ps --quiet worker)[0]
    Invoke-Quietly 'docker' @('kill', '--signal', 'KILL', $victim) | Out-Null
    Assert-Promise 'they complete though a worker is killed' { Wait-Until 120 { Test-AllCompleted } }
    Assert-Promise 'and each account exists once' { (Get-AccountCount) - $before -eq 170 }
    Assert-Promise 'workers end in order' { Invoke-Compose @('stop', 'worker') }
    Assert-Promise 'and beat no more' { Wait-Until 70 { Test-Beating 0 } }
}

function Show-Logs {
    Write-Host ''
    & docker @compose logs --no-color --tail 20 2>&1 | Out-Host
    Write-Host '--- the end of runner.log'
    if (Test-Path $log) { Get-Content -Tail 20 $log | Out-Host }
}

# Secrets belong to 1000, who may be nobody that this user may delete files of.
function Remove-Work {
    & docker run --rm -v "${work}:/to" debian:12-slim rm -rf /to/secrets 2>&1 | Out-Null
    Remove-Item -Recurse -Force -ErrorAction SilentlyContinue $work
}

# Ctrl-C runs what stands in finally, too.
$reached = $false
try {
    try {
        Assert-Promise 'the containers start' { Start-Services }
        Assert-Promise 'the server is ready' { Wait-Until 60 { Test-Ready } }
        $reached = $true
        try { Assert-Promise 'botctl smoke' { Invoke-Compose @('run', '--rm', 'botctl', 'smoke') } }
        catch [OperationCanceledException] { Write-Verbose "$_" }
        Invoke-JobsFlow
    }
    catch [OperationCanceledException] { Write-Verbose "$_" }
    catch {
        $script:failed.Add("the run itself: $_")
        Write-Host "FAIL  the run itself: $_" -ForegroundColor Red
    }
    if ($script:failed.Count -gt 0) { Show-Logs }
    Write-Host ''
    Write-Host "$($script:passed) passed, $($script:failed.Count) failed"
    foreach ($promise in $script:failed) { Write-Host "  failed: $promise" }
}
finally {
    if ($KeepAlive -and $reached) {
        Write-Host "server: $url, admin key: $(Join-Path $env:SECRETS_DIR 'admin_key')"
        Write-Host "to end it, with SECRETS_DIR=$($env:SECRETS_DIR): docker $compose --profile tools down -v"
    }
    else {
        & docker @compose @everything down --volumes --remove-orphans 2>&1 | Out-Null
        Remove-Work
    }
}
if ($script:failed.Count -gt 0) { exit 1 }
exit 0
