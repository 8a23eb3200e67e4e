-- CreateTable
CREATE TABLE "MessageDeletion" (
    "messageId" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "MessageDeletion_pkey" PRIMARY KEY ("messageId")
);

-- CreateIndex
CREATE INDEX "MessageDeletion_createdAt_idx" ON "MessageDeletion"("createdAt");
