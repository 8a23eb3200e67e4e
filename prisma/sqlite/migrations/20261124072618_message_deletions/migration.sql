-- CreateTable
CREATE TABLE "MessageDeletion" (
    "messageId" TEXT NOT NULL PRIMARY KEY,
    "channelId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "MessageDeletion_createdAt_idx" ON "MessageDeletion"("createdAt");
