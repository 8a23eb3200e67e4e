-- CreateTable
CREATE TABLE "Scope" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "settings" JSONB,
    "lastServed" BIGINT NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "Member" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "lastServed" BIGINT NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "Character" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "scopeId" TEXT NOT NULL,
    "ownerId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "foldedName" TEXT NOT NULL,
    "heldName" TEXT,
    "looks" TEXT NOT NULL,
    "subjectWords" JSONB NOT NULL,
    "style" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',
    "nextRound" INTEGER NOT NULL DEFAULT 0,
    "currentCanonId" TEXT,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Character_scopeId_fkey" FOREIGN KEY ("scopeId") REFERENCES "Scope" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Character_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "Member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Character_currentCanonId_fkey" FOREIGN KEY ("currentCanonId") REFERENCES "Canon" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Canon" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "characterId" TEXT NOT NULL,
    "blobHash" TEXT NOT NULL,
    "pictureHash" TEXT,
    "modelHash" TEXT NOT NULL,
    "seed" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Canon_characterId_fkey" FOREIGN KEY ("characterId") REFERENCES "Character" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "CastingCandidate" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "characterId" TEXT NOT NULL,
    "round" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "seed" TEXT NOT NULL,
    "prompt" TEXT NOT NULL,
    "pictureHash" TEXT NOT NULL,
    "canonBlobHash" TEXT NOT NULL,
    "modelHash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "canonId" TEXT,
    CONSTRAINT "CastingCandidate_characterId_fkey" FOREIGN KEY ("characterId") REFERENCES "Character" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "CastingCandidate_canonId_fkey" FOREIGN KEY ("canonId") REFERENCES "Canon" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Story" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "scopeId" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "script" TEXT NOT NULL,
    "seed" TEXT NOT NULL,
    "layout" TEXT NOT NULL,
    "style" TEXT,
    "model" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "messageId" TEXT,
    "nextPanelNumber" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Story_scopeId_fkey" FOREIGN KEY ("scopeId") REFERENCES "Scope" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Story_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "Member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Panel" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storyId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "caption" TEXT NOT NULL,
    "prompt" TEXT NOT NULL,
    "currentTakeId" TEXT,
    "nextRevision" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Panel_storyId_fkey" FOREIGN KEY ("storyId") REFERENCES "Story" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Panel_currentTakeId_fkey" FOREIGN KEY ("currentTakeId") REFERENCES "Take" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PanelCharacter" (
    "panelId" TEXT NOT NULL,
    "characterId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    PRIMARY KEY ("panelId", "characterId"),
    CONSTRAINT "PanelCharacter_panelId_fkey" FOREIGN KEY ("panelId") REFERENCES "Panel" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PanelCharacter_characterId_fkey" FOREIGN KEY ("characterId") REFERENCES "Character" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Take" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "panelId" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "seed" TEXT NOT NULL,
    "prompt" TEXT NOT NULL,
    "pictureHash" TEXT NOT NULL,
    "latentsHash" TEXT,
    "modelHash" TEXT NOT NULL,
    "parentTakeId" TEXT,
    "createdById" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Take_panelId_fkey" FOREIGN KEY ("panelId") REFERENCES "Panel" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Take_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "Member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Take_parentTakeId_fkey" FOREIGN KEY ("parentTakeId") REFERENCES "Take" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TakeCanon" (
    "takeId" TEXT NOT NULL,
    "canonId" TEXT NOT NULL,

    PRIMARY KEY ("takeId", "canonId"),
    CONSTRAINT "TakeCanon_takeId_fkey" FOREIGN KEY ("takeId") REFERENCES "Take" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "TakeCanon_canonId_fkey" FOREIGN KEY ("canonId") REFERENCES "Canon" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Vote" (
    "takeId" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "choice" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,

    PRIMARY KEY ("takeId", "memberId", "choice"),
    CONSTRAINT "Vote_takeId_fkey" FOREIGN KEY ("takeId") REFERENCES "Take" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Vote_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "priority" INTEGER NOT NULL DEFAULT 0,
    "memberId" TEXT NOT NULL,
    "scopeId" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "storyId" TEXT,
    "messageId" TEXT,
    "nonce" TEXT,
    "idempotencyKey" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL,
    "progress" JSONB,
    "result" JSONB,
    "errorCode" TEXT,
    "errorContext" JSONB,
    "leasedBy" TEXT,
    "leaseUntil" DATETIME,
    "cancelRequestedAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    CONSTRAINT "Job_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Job_scopeId_fkey" FOREIGN KEY ("scopeId") REFERENCES "Scope" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Job_storyId_fkey" FOREIGN KEY ("storyId") REFERENCES "Story" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "JobEvent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "jobId" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB,
    CONSTRAINT "JobEvent_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PostedMessage" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "purpose" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "marker" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "scopeId" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "storyId" TEXT,
    "jobId" TEXT,
    "status" TEXT NOT NULL DEFAULT 'intended',
    "messageId" TEXT,
    "createdAt" DATETIME NOT NULL,
    "postedAt" DATETIME,
    CONSTRAINT "PostedMessage_scopeId_fkey" FOREIGN KEY ("scopeId") REFERENCES "Scope" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "PostedMessage_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "PostedMessage_storyId_fkey" FOREIGN KEY ("storyId") REFERENCES "Story" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PostedMessage_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "QueueState" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "turn" BIGINT NOT NULL DEFAULT 0,
    "pausedAt" DATETIME,
    "pausedReason" TEXT
);

-- CreateIndex
CREATE UNIQUE INDEX "Character_currentCanonId_key" ON "Character"("currentCanonId");

-- CreateIndex
CREATE INDEX "Character_scopeId_foldedName_idx" ON "Character"("scopeId", "foldedName");

-- CreateIndex
CREATE INDEX "Character_ownerId_idx" ON "Character"("ownerId");

-- CreateIndex
CREATE UNIQUE INDEX "Character_scopeId_heldName_key" ON "Character"("scopeId", "heldName");

-- CreateIndex
CREATE INDEX "Canon_characterId_createdAt_idx" ON "Canon"("characterId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "CastingCandidate_canonId_key" ON "CastingCandidate"("canonId");

-- CreateIndex
CREATE UNIQUE INDEX "CastingCandidate_characterId_round_position_key" ON "CastingCandidate"("characterId", "round", "position");

-- CreateIndex
CREATE INDEX "Story_scopeId_createdAt_idx" ON "Story"("scopeId", "createdAt");

-- CreateIndex
CREATE INDEX "Story_authorId_createdAt_idx" ON "Story"("authorId", "createdAt");

-- CreateIndex
CREATE INDEX "Story_messageId_idx" ON "Story"("messageId");

-- CreateIndex
CREATE UNIQUE INDEX "Panel_currentTakeId_key" ON "Panel"("currentTakeId");

-- CreateIndex
CREATE UNIQUE INDEX "Panel_storyId_number_key" ON "Panel"("storyId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Panel_storyId_position_key" ON "Panel"("storyId", "position");

-- CreateIndex
CREATE INDEX "PanelCharacter_characterId_idx" ON "PanelCharacter"("characterId");

-- CreateIndex
CREATE INDEX "Take_createdById_idx" ON "Take"("createdById");

-- CreateIndex
CREATE INDEX "Take_parentTakeId_idx" ON "Take"("parentTakeId");

-- CreateIndex
CREATE UNIQUE INDEX "Take_panelId_revision_key" ON "Take"("panelId", "revision");

-- CreateIndex
CREATE INDEX "TakeCanon_canonId_idx" ON "TakeCanon"("canonId");

-- CreateIndex
CREATE INDEX "Vote_memberId_idx" ON "Vote"("memberId");

-- CreateIndex
CREATE UNIQUE INDEX "Job_idempotencyKey_key" ON "Job"("idempotencyKey");

-- CreateIndex
CREATE INDEX "Job_status_nextAttemptAt_idx" ON "Job"("status", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "Job_status_priority_createdAt_idx" ON "Job"("status", "priority", "createdAt");

-- CreateIndex
CREATE INDEX "Job_status_leaseUntil_idx" ON "Job"("status", "leaseUntil");

-- CreateIndex
CREATE INDEX "Job_memberId_status_idx" ON "Job"("memberId", "status");

-- CreateIndex
CREATE INDEX "Job_scopeId_status_idx" ON "Job"("scopeId", "status");

-- CreateIndex
CREATE INDEX "Job_storyId_idx" ON "Job"("storyId");

-- CreateIndex
CREATE INDEX "JobEvent_jobId_id_idx" ON "JobEvent"("jobId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "PostedMessage_marker_key" ON "PostedMessage"("marker");

-- CreateIndex
CREATE UNIQUE INDEX "PostedMessage_nonce_key" ON "PostedMessage"("nonce");

-- CreateIndex
CREATE INDEX "PostedMessage_channelId_messageId_idx" ON "PostedMessage"("channelId", "messageId");

-- CreateIndex
CREATE INDEX "PostedMessage_status_createdAt_idx" ON "PostedMessage"("status", "createdAt");

-- CreateIndex
CREATE INDEX "PostedMessage_memberId_idx" ON "PostedMessage"("memberId");

-- CreateIndex
CREATE INDEX "PostedMessage_storyId_idx" ON "PostedMessage"("storyId");

-- CreateIndex
CREATE INDEX "PostedMessage_jobId_idx" ON "PostedMessage"("jobId");

-- CreateIndex
CREATE UNIQUE INDEX "PostedMessage_purpose_subject_key" ON "PostedMessage"("purpose", "subject");
